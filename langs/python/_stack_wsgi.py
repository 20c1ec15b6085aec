"""Runs a WSGI application (PEP 3333) for the request; loaded only when there is one."""
import os
import sys

VARIABLE, COROUTINE = 0x0C, 0x80


def accepts(application):
    """Whether it takes the two positional arguments of WSGI."""
    code = getattr(application, "__code__", None)
    if code is not None and code.co_argcount == 2 and not code.co_flags & (VARIABLE | COROUTINE):
        return True
    from inspect import iscoroutinefunction, signature
    if iscoroutinefunction(application) or iscoroutinefunction(getattr(application, "__call__", None)):
        raise TypeError("this is an ASGI application, and only WSGI applications are run")
    try:
        signature(application).bind(None, None)
    except (TypeError, ValueError):
        return False
    return True


def run(application, service):
    answer = Answer(service)
    chunks = application(environment(service.hook), answer.start)
    try:
        for chunk in chunks:
            answer.write(chunk)
        answer.send_head()
    finally:
        if hasattr(chunks, "close"):
            chunks.close()


def environment(hook):
    """The CGI variables as WSGI has them: text that holds one byte a character."""
    environ = {name: os.fsencode(value).decode("latin-1") for name, value in os.environ.items()}
    authorization = hook["req"]["headers"].get("authorization")
    if authorization is not None:
        environ["HTTP_AUTHORIZATION"] = authorization.encode().decode("latin-1")
    environ.setdefault("SCRIPT_NAME", "")
    environ.setdefault("PATH_INFO", "")
    environ.setdefault("QUERY_STRING", "")
    environ.update({
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if environ.get("HTTPS", "off").lower() in ("on", "1") else "http",
        "wsgi.input": sys.stdin.buffer,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": True,
    })
    return environ


class Answer:
    """The head, held back until the first byte of the body, and the body."""

    def __init__(self, service):
        self.control = service.control
        self.body = service.body.buffer
        self.head = None
        self.sent = False

    def start(self, status, headers, exc_info=None):
        if exc_info is None:
            if self.head is not None:
                raise AssertionError("start_response was called twice")
        elif self.sent:
            raise exc_info[1].with_traceback(exc_info[2])
        self.head = status, list(headers)
        return self.write

    def write(self, data):
        if data:
            self.send_head()
            self.body.write(data)

    def send_head(self):
        if self.sent:
            return
        if self.head is None:
            raise AssertionError("the application did not call start_response")
        self.sent = True
        status, headers = self.head
        code, _, message = status.partition(" ")
        messages = [("statusCode", {"value": int(code)}), ("statusMessage", {"value": message})]
        messages += [("appendHeader", {"name": name, "value": value}) for name, value in headers]
        self.control.respond(*messages)
