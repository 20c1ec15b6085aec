"""What a script is given: the maps of `hook`, its response, and the messages to the server on descriptor 3."""
import os

try:
    from _json import encode_basestring, make_scanner
except ImportError:
    from json.encoder import encode_basestring
    make_scanner = None

CONTROL = 3


class Map(dict):
    """A dict whose entries are attributes as well, except under the names of its methods."""

    __slots__ = ()
    __setattr__ = dict.__setitem__

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"nothing here is named {name!r}") from None

    def __delattr__(self, name):
        try:
            del self[name]
        except KeyError:
            raise AttributeError(f"nothing here is named {name!r}") from None

    def __reduce__(self):
        return dict, (dict(self),)  # Readable by a process without the bridge.


class Request(Map):
    """The request; callable, because its global name `input` is also that of Python's function."""

    __slots__ = ()

    def __call__(self, *prompt):
        from builtins import input
        return input(*prompt)


class Control:
    """Messages to the server, one a line."""

    def __init__(self):
        self.used = False
        self.ended = False

    def respond(self, *messages):
        """Sends what shapes the response."""
        self.used = True
        self.send(*messages)

    def log(self, *words):
        """Writes a line to the server's log."""
        self.send(("log", {"text": " ".join(map(str, words))}))

    def error(self, error):
        """Says why the script failed."""
        name = "" if isinstance(error, SystemExit) else type(error).__name__ + ": "
        try:
            self.send(("error", {"error": name + str(error)}))
        except Exception:
            self.send(("error", {"error": name + "without a readable message"}))

    def end(self):
        """Says once that the response is complete and successful."""
        if not self.ended:
            self.ended = True
            self.send(("end", {}))

    def send(self, *messages):
        lines = [encode({"type": kind, "payload": payload}) + "\n" for kind, payload in messages]
        data = "".join(lines).encode("utf-8", "replace")
        try:
            while data:
                data = data[os.write(CONTROL, data):]
        except OSError:
            pass  # Nobody listens any more, or the script closed the descriptor.


class Response:
    """The response, under Python's names and under those of Node and Express."""

    def __init__(self, control, body):
        self.__dict__.update(_control=control, _body=body, _code=200, _message=None, _typed=False)

    status_code = statusCode = property(lambda self: self._code)
    status_message = statusMessage = property(lambda self: self._message)

    def __setattr__(self, name, value):
        if name in ("status", "status_code", "statusCode"):
            self.status(value)
        elif name in ("status_message", "statusMessage"):
            self.__dict__["_message"] = value
            self._control.respond(("statusMessage", {"value": value}))
        else:
            raise AttributeError(f"a response has no {name!r} to set")

    def status(self, code, message=None):
        self.__dict__["_code"] = code
        self._control.respond(("status", {"value": code}))
        if message is not None:
            self.status_message = message
        return self

    def set_header(self, name, value):
        return self._header("setHeader", name, value)

    def append_header(self, name, value):
        return self._header("appendHeader", name, value)

    def _header(self, kind, name, value):
        self._note(name)
        self._control.respond((kind, {"name": name, "value": scalars(value)}))
        return self

    def _note(self, name):
        if name.lower() == "content-type":
            self.__dict__["_typed"] = True

    def remove_header(self, name):
        if name.lower() == "content-type":
            self.__dict__["_typed"] = False
        self._control.respond(("removeHeader", {"name": name}))
        return self

    def write_head(self, code, message=None, headers=None):
        if message is not None and not isinstance(message, str):
            message, headers = None, message
        self.__dict__.update(_code=code, _message=message)
        fields = [[name, scalars(value)] for name, value in pairs(headers)]
        for name, _ in fields:
            self._note(name)
        self._control.respond(("writeHead", {"code": code, "message": message, "headers": fields}))
        return self

    def add_trailers(self, trailers):
        fields = [[name, scalars(value)] for name, value in pairs(trailers)]
        self._control.respond(("addTrailers", {"trailers": fields}))
        return self

    def write_continue(self):
        self._control.send(("writeContinue", {}))
        return self

    def write(self, data):
        """Sends text or bytes at once."""
        if isinstance(data, str):
            self._body.write(data)
            self._body.flush()
        else:
            self._body.buffer.write(data)
        return self

    def json(self, value):
        """Sends a value as indented JSON, under a type of its own unless there is one already."""
        text = encode(value, "\n") + "\n"
        if not self._typed:
            self.set_header("Content-Type", "application/json")
        return self.write(text.encode("utf-8", "backslashreplace"))

    def end(self, data=None):
        """Sends the last of the body, text with a line break after it, and completes the response."""
        if data is not None:
            self.write(data + "\n" if isinstance(data, str) else data)
        self._body.flush()
        self._control.used = True
        self._control.end()

    setHeader = set_header
    appendHeader = append_header
    removeHeader = remove_header
    writeHead = write_head
    addTrailers = add_trailers
    writeContinue = write_continue


def pairs(headers):
    """Names and values, given as a dict or as a list of pairs."""
    return headers.items() if hasattr(headers, "items") else headers or ()


def scalars(value):
    """What a header takes: a text, or a list of them."""
    return list(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def uploads(hook):
    """The uploaded files, each under its name as a form writes it: `f`, `a[f]`."""
    media_type = hook["req"]["headers"].get("content-type", "").lower()
    return files_in(hook["params"].items()) if media_type.startswith("multipart/form-data") else ()


def files_in(items, before="", after=""):
    # The fields of a multipart body are text, so that a number tells a file from fields that imitate one.
    for key, value in items:
        name = f"{before}{key}{after}"
        if isinstance(value, list):
            yield from files_in(enumerate(value), name + "[", "]")
        elif isinstance(value, dict) and isinstance(value.get("size"), int):
            yield name, value
        elif isinstance(value, dict):
            yield from files_in(value.items(), name + "[", "]")


def decode(text, parse_int=int):
    """Reads JSON, with a `Map` for each object."""
    if make_scanner is None:
        import json
        scan = json.JSONDecoder(object_pairs_hook=Map, parse_int=parse_int, strict=False).scan_once
    else:
        scan = make_scanner(type("Reading", (), {
            "strict": False, "object_hook": None, "object_pairs_hook": Map,
            "parse_int": parse_int, "parse_float": float, "parse_constant": float,
        }))
    try:
        return scan(text, 0)[0]
    except ValueError:
        if parse_int is not int:
            raise
        return decode(text, long)


def long(digits):
    """An integer of more digits than Python converts to `int`: as a `Decimal`, which keeps them all."""
    try:
        return int(digits)
    except ValueError:
        from decimal import Decimal
        return Decimal(digits)


def encode(value, newline=""):
    """Writes JSON on one line or, when given a line break, indented by two spaces."""
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError(f"{value} is no number of JSON")
        return float.__repr__(value)
    inner = newline and newline + "  "
    if isinstance(value, dict):
        colon = ": " if newline else ":"
        items = [encode_basestring(key_of(key)) + colon + encode(item, inner) for key, item in value.items()]
        begin, end = "{", "}"
    elif isinstance(value, (list, tuple)):
        items = [encode(item, inner) for item in value]
        begin, end = "[", "]"
    else:
        raise TypeError(f"{type(value).__name__} is nothing that JSON has")
    return begin + inner + ("," + inner).join(items) + newline + end if items else begin + end


def key_of(key):
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (int, float)):
        return encode(key)
    raise TypeError(f"{type(key).__name__} is no key that JSON has")
