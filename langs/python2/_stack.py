"""Loads the user's file by path, waits for its request, runs it, and ends the process.

Texts of the request are byte strings in UTF-8, as Python 2 prints them. Whatever can be done without the request is
done before it is read, so that the bridge can be started ahead. Nothing large is imported here.
"""
import __builtin__
import gc
import os
import sys
from _json import make_scanner

CONTROL = 3
ESCAPES = dict((code, u"\\u%04x" % code) for code in range(32))
ESCAPES.update({8: u"\\b", 9: u"\\t", 10: u"\\n", 12: u"\\f", 13: u"\\r", 34: u'\\"', 92: u"\\\\"})


class Output(object):
    """Descriptor 1 or 2 as a file that takes bytes as they are and other text as UTF-8, line by line."""

    encoding = "UTF-8"
    errors = "strict"

    def __init__(self, descriptor):
        self._lines = os.fdopen(descriptor, "wb", 1)
        self.softspace = 0
        self.sent = self.ended = False

    def __getattr__(self, name):
        return getattr(self._lines, name)

    def __iter__(self):
        return iter(self._lines)

    def write(self, data):
        if self.ended:
            return  # The response is complete, and its reader gone.
        self.sent = self.sent or len(data) > 0
        self._lines.write(data.encode("utf-8") if isinstance(data, unicode) else data)

    def writelines(self, lines):
        for line in lines:
            self.write(line)


class Map(dict):
    """A dict whose entries are attributes as well, except under the names of its methods."""

    __slots__ = ()
    __setattr__ = dict.__setitem__

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError("nothing here is named %r" % name)

    def __delattr__(self, name):
        try:
            del self[name]
        except KeyError:
            raise AttributeError("nothing here is named %r" % name)

    def __reduce__(self):
        return dict, (dict(self),)  # Readable by a process without the bridge.


class Request(Map):
    """The request; callable, because its global name `input` is also that of Python's function."""

    __slots__ = ()

    def __call__(self, *prompt):
        return raw_input(*prompt)  # Python 2 would evaluate the line, which here is a stranger's.


class Control(object):
    """Messages to the server, one a line."""

    def __init__(self):
        self.ended = False

    def log(self, *words):
        """Writes a line to the server's log."""
        self.send("log", {"text": u" ".join(map(text_of, words))})

    def end(self):
        """Says once that the response is complete and successful."""
        if not self.ended:
            self.ended = True
            self.send("end", {})

    def send(self, kind, payload):
        data = (encode({"type": kind, "payload": payload}) + u"\n").encode("utf-8")
        try:
            while data:
                data = data[os.write(CONTROL, data):]
        except OSError:
            pass  # Nobody listens any more, or the script closed the descriptor.


class Response(object):
    """The response, under the names of Python 3's bridge and under those of Node and Express."""

    status_code = statusCode = property(lambda self: self._code)
    status_message = statusMessage = property(lambda self: self._message)

    def __init__(self, control, body):
        self.__dict__.update(_control=control, _body=body, _code=200, _message=None, _typed=False)

    def __setattr__(self, name, value):
        if name in ("status", "status_code", "statusCode"):
            self.status(value)
        elif name in ("status_message", "statusMessage"):
            self.__dict__["_message"] = value
            self._control.send("statusMessage", {"value": value})
        else:
            raise AttributeError("a response has no %r to set" % name)

    def status(self, code, message=None):
        self.__dict__["_code"] = code
        self._control.send("status", {"value": code})
        if message is not None:
            self.status_message = message
        return self

    def set_header(self, name, value):
        return self._header("setHeader", name, value)

    def append_header(self, name, value):
        return self._header("appendHeader", name, value)

    def _header(self, kind, name, value):
        self._note(name, True)
        self._control.send(kind, {"name": name, "value": scalars(value)})
        return self

    def _note(self, name, typed):
        if name.lower() == "content-type":
            self.__dict__["_typed"] = typed

    def remove_header(self, name):
        self._note(name, False)
        self._control.send("removeHeader", {"name": name})
        return self

    def write_head(self, code, message=None, headers=None):
        if message is not None and not isinstance(message, basestring):
            message, headers = None, message
        self.__dict__.update(_code=code, _message=message)
        fields = pairs(headers)
        for name, _ in fields:
            self._note(name, True)
        self._control.send("writeHead", {"code": code, "message": message, "headers": fields})
        return self

    def add_trailers(self, trailers):
        self._control.send("addTrailers", {"trailers": pairs(trailers)})
        return self

    def write_continue(self):
        self._control.send("writeContinue", {})
        return self

    def write(self, data):
        """Sends text or bytes at once."""
        self._body.write(data)
        self._body.flush()
        return self

    def json(self, value):
        """Sends a value as indented JSON, under a type of its own unless there is one already."""
        text = encode(value, u"\n") + u"\n"
        if not self._typed:
            self.set_header("Content-Type", "application/json")
        return self.write(text)

    def end(self, data=None):
        """Sends the last of the body with a line break after it, and completes the response."""
        if data is not None:
            self._body.write(data)
            self._body.write("\n")
        self._body.flush()
        self._body.ended = True
        self._control.end()

    setHeader = set_header
    appendHeader = append_header
    removeHeader = remove_header
    writeHead = write_head
    addTrailers = add_trailers
    writeContinue = write_continue


class Service(object):
    """One script and the one request that it answers."""

    def __init__(self, path, folder):
        self.path = path
        self.folder = folder
        self.status = 1
        self.control = Control()
        self.body = Output(1)
        self.process = os.getpid()
        self.modules = 0

    def compile(self):
        with open(self.path, "U") as script:
            return compile(script.read(), self.path, "exec", 0, True)

    def receive(self):
        """Reads the request document to its end, and blocks for as long as there is none."""
        place = os.environ.pop("STACK_REQUEST", "/dev/fd/4")
        with open(place, "rb") as document:
            text = document.read()
        if not text:
            os._exit(1)
        if place.startswith("/dev/fd/"):
            os.close(int(place[8:]))
        self.process = os.getpid()
        hook = decode(text)
        for name, value in hook["env"].items():
            if "\0" not in value:
                os.environ[name] = value
        hook["env"] = Map(os.environ)
        hook["req"] = hook["input"] = Request(hook["req"])
        hook["req"]["params"] = hook["params"]
        hook["files"] = Map(uploads(hook))
        hook["res"] = Response(self.control, self.body)
        hook["log"] = self.control.log
        return hook

    def run(self, code, hook):
        """Runs the script as Python runs a main program."""
        module = type(sys)("__main__")
        module.__file__ = self.path
        module.__package__ = None
        module.__builtins__ = __builtin__
        module.hook = module.Hook = module.service = hook
        module.input = hook["input"]
        sys.modules["__main__"] = module
        self.modules = len(sys.modules)
        exec code in module.__dict__

    def report(self):
        """Prints an uncaught error as Python does, without the frames of the bridge."""
        kind, error, trace = sys.exc_info()
        while trace is not None and trace.tb_frame.f_code.co_filename.startswith(self.folder):
            trace = trace.tb_next
        sys.excepthook(kind, error, trace)
        name = getattr(kind, "__name__", str(kind))
        try:
            words = text_of(error)
        except Exception:
            words = u"without a readable message"
        self.refuse(text_of(name) + u": " + words)

    def refuse(self, reason):
        """Says why there is no answer; behind the first of a body nobody could be told."""
        if not self.body.sent:
            self.control.send("error", {"error": reason})

    def finish(self):
        """Runs after every other exit handler, when the threads have ended: flushes, says so, and exits."""
        if os.getpid() != self.process:
            return
        # A script that imported nothing new left nothing that only the interpreter's own, slow end would finish.
        whole = len(sys.modules) == self.modules
        if whole:
            # What its globals hold is closed, as it would be at that end.
            del sys.modules["__main__"]
            gc.collect()
        for stream in (sys.stdout, self.body, sys.stderr):
            try:
                stream.flush()
            except EnvironmentError:
                self.status = self.status or 1
            except Exception:
                pass  # The script closed or replaced it.
        if self.status == 0 and childless():
            self.control.end()
        if whole:
            os._exit(self.status & 0xFF)


def main(folder):
    """Runs the service that the arguments name; the exit code."""
    del sys.argv[0], sys.path[0]
    path = sys.argv[0]
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    service = Service(path, folder)
    sys.stdout = sys.__stdout__ = service.body
    sys.stderr = sys.__stderr__ = Output(2)
    sys.exitfunc = service.finish  # The module atexit, once it is imported, runs this after all others.
    try:
        service.run(service.compile(), service.receive())
        service.status = 0
    except SystemExit as exit:
        service.status = 0 if exit.code is None else exit.code
        if not isinstance(service.status, (int, long)):
            sys.stderr.write(text_of(exit.code) + u"\n")
            service.refuse(text_of(exit.code))
            service.status = 1
    except:
        service.report()
    return service.status


def childless():
    """Whether there is no child left that could still write to the body."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except OSError:
        return True
    return False


def uploads(hook):
    """The uploaded files, each under its name as a form writes it: `f`, `a[f]`."""
    media_type = hook["req"]["headers"].get("content-type", "").lower()
    return files_in(hook["params"].items()) if media_type.startswith("multipart/form-data") else ()


def files_in(items, before="", after=""):
    # The fields of a multipart body are text, so that a number tells a file from fields that imitate one.
    for key, value in items:
        name = "%s%s%s" % (before, key, after)
        if isinstance(value, dict) and isinstance(value.get("size"), (int, long)):
            yield name, value
        elif isinstance(value, (dict, list)):
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            for found in files_in(inner, name + "[", "]"):
                yield found


def pairs(headers):
    """Names and values, given as a dict or as a list of pairs."""
    items = headers.items() if hasattr(headers, "items") else headers or ()
    return [[name, scalars(value)] for name, value in items]


def scalars(value):
    """What a header takes: a text, or a list of them."""
    return map(text_of, value) if isinstance(value, (list, tuple)) else text_of(value)


def text_of(value):
    """Any value as text; bytes are UTF-8."""
    if isinstance(value, unicode):
        return value
    try:
        return str(value).decode("utf-8", "replace")
    except UnicodeError:
        return unicode(value)


class Reading(object):
    """What the scanner of JSON asks for."""

    encoding = "utf-8"
    strict = False
    object_hook = None
    parse_int, parse_float, parse_constant = int, float, float

    @staticmethod
    def object_pairs_hook(items):
        return Map((key.encode("utf-8"), in_bytes(value)) for key, value in items)


def in_bytes(value):
    if isinstance(value, unicode):
        return value.encode("utf-8")
    return map(in_bytes, value) if isinstance(value, list) else value


def decode(text):
    """Reads a JSON object, with a `Map` for each object and byte strings in UTF-8."""
    return make_scanner(Reading())(text.decode("utf-8"), 0)[0]


def encode(value, newline=u""):
    """Writes JSON on one line or, when given a line break, indented by two spaces."""
    if isinstance(value, basestring):
        return u'"' + text_of(value).translate(ESCAPES) + u'"'
    if value is None or value is True or value is False:
        return {None: u"null", True: u"true", False: u"false"}[value]
    if isinstance(value, (int, long)):
        return unicode(int(value))
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError("%r is no number of JSON" % value)
        return unicode(float.__repr__(value))
    inner = newline and newline + u"  "
    if isinstance(value, dict):
        colon = u": " if newline else u":"
        items = [encode(text_of(key)) + colon + encode(item, inner) for key, item in value.items()]
        begin, end = u"{", u"}"
    elif isinstance(value, (list, tuple)):
        items = [encode(item, inner) for item in value]
        begin, end = u"[", u"]"
    else:
        raise TypeError("%s is nothing that JSON has" % type(value).__name__)
    return begin + inner + (u"," + inner).join(items) + newline + end if items else begin + end
