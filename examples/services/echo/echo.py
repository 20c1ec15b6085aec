# stack ./echo.py
# curl 'http://127.0.0.1:3000/?foo=bar'

print("Hello, this is a Python script.")
print("hook['params'] is:")
print(hook["params"])
