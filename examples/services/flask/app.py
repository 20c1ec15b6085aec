"""A Flask application with a fresh process for each request: `stack --warm fork app.py`.

The bridge runs the global `app` by WSGI. Forked, a request does not wait for Flask's import, which takes longer than
all the rest.
"""
from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def greet():
    return f"Hello, {request.args.get('name', 'world')}!\n"


@app.post("/sum")
def add():
    return {"sum": sum(request.get_json())}
