"""Loads the user's file by path, waits for its request, runs it, and ends the process.

Whatever can be done without the request is done before it is read, so that the same bridge can be started ahead.
Nothing large is imported here: `import json` alone would cost more than all of this.
"""
import _io
import atexit
import gc
import io
import marshal
import os
import sys

from _stack_hook import Control, Map, Request, Response, decode, uploads

# A file that changed this lately could change again without its times showing it.
SETTLED = 3_000_000_000
# How many compiled scripts are kept: a prime, so that every byte of a path counts. Two that meet replace each other.
SLOTS = 1_021


class Descriptor(io.FileIO):
    """Descriptor 1, which knows whether anything was sent."""

    sent = False

    def write(self, data):
        self.sent = True
        return io.FileIO.write(self, data)


class Bytes(io.BufferedWriter):
    """`sys.stdout.buffer`: what is written goes out at once, after the text that came before it."""

    def __init__(self, text, descriptor):
        super().__init__(descriptor)
        self.text = text

    def write(self, data):
        self.text.flush()
        count = super().write(data)
        super().flush()
        return count


class Text(io.TextIOWrapper):
    """`sys.stdout`: UTF-8 whatever the locale, flushed at the end of each line."""

    buffer = None

    def __init__(self, descriptor):
        lines = io.BufferedWriter(descriptor)
        super().__init__(lines, encoding="utf-8", errors="surrogateescape", line_buffering=True)
        self.buffer = Bytes(self, descriptor)


class Stack:
    """The global `stack`: what a script can ask for beside `hook`."""

    def __init__(self, service):
        self._service = service

    def wsgi(self, application):
        """Answers the request by a WSGI application."""
        self._service.wsgi().run(application, self._service)


class Service:
    """One script and the one request that it answers."""

    def __init__(self, path, folder):
        self.path = path
        self.folder = folder
        self.status = 1
        self.control = Control()
        self.descriptor = Descriptor(1, "w", closefd=False)
        self.body = Text(self.descriptor)
        self.hook = None
        self.process = os.getpid()
        self.modules = None
        self.files = []

    def compile(self):
        """The compiled script, from the bridge's own folder when the file has not changed since."""
        with open(self.path, "rb") as file:
            facts = os.fstat(file.fileno())
            key = self.path, facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns
            slot = int.from_bytes(os.fsencode(self.path), "little") % SLOTS
            place = f"{self.folder}/{slot}-{sys.hexversion:x}-{sys.flags.optimize}.code"
            try:
                with open(place, "rb") as kept:
                    known, code = marshal.load(kept)
                if known == key:
                    return code
            except (OSError, EOFError, TypeError, ValueError):
                pass
            code = compile(file.read(), self.path, "exec", dont_inherit=True)
        keep(place, key, code)
        return code

    def prepare(self):
        """In a process that waits for its request there is time to load what the script will need."""
        words = os.environ.pop("STACK_AHEAD", None)
        if not words:
            return
        way, *rest = words.split()
        ahead = self.module("_stack_ahead")
        ahead.load(self.path, way, *rest)
        # Before all of that is frozen, and the collector tells of it no more.
        self.files = files()
        if way == "fork":
            ahead.fork()
            os.environ["STACK_REQUEST"] = "/dev/fd/4"

    def receive(self):
        """Reads the request document to its end, and blocks for as long as there is none."""
        place = os.environ.pop("STACK_REQUEST", "/dev/fd/4")
        with open(place, "rb", buffering=0) as file:
            document = file.read()
        if not document:
            os._exit(1)
        if place.startswith("/dev/fd/"):
            os.close(int(place[8:]))
        # What was loaded ahead may have written something, and no part of this answer.
        self.descriptor.sent = False
        self.process = os.getpid()
        hook = self.hook = decode(document.decode())
        for name, value in hook["env"].items():
            if "\0" not in value:
                os.environb[name.encode()] = value.encode()
        hook["env"] = Map(os.environ)
        hook["req"] = hook["input"] = Request(hook["req"])
        hook["req"]["params"] = hook["params"]
        hook["files"] = Map(uploads(hook))
        hook["res"] = Response(self.control, self.body)
        hook["log"] = self.control.log

    def run(self, code):
        """Runs the script as Python runs a main program, and then its WSGI application if it has one."""
        gc.freeze()
        module = type(sys)("__main__")
        module.__file__ = self.path
        module.__loader__ = type(__loader__)("__main__", self.path)
        module.__builtins__ = sys.modules["builtins"]
        module.hook = module.Hook = module.service = self.hook
        module.input = self.hook["input"]
        module.stack = Stack(self)
        sys.modules["__main__"] = module
        self.modules = set(sys.modules)
        exec(code, module.__dict__)
        self.flush()
        if self.descriptor.sent or self.control.used:
            return
        application = getattr(module, "application", getattr(module, "app", None))
        if callable(application) and self.wsgi().accepts(application):
            self.wsgi().run(application, self)

    def wsgi(self):
        """The module that runs WSGI applications."""
        return self.module("_stack_wsgi")

    def module(self, name):
        """A module of the bridge that most requests do without."""
        sys.path.insert(0, self.folder)
        try:
            return __import__(name)
        finally:
            sys.path.remove(self.folder)

    def flush(self):
        """Sends what stands in the streams; a failure counts as Python counts it."""
        for stream in (sys.stdout, self.body, sys.stderr):
            try:
                stream.flush()
            except OSError:
                self.status = self.status or 120
            except Exception:
                pass  # The script closed or replaced it.

    def flush_files(self):
        """Sends what stands in the files that modules hold open; who holds them would have closed them at the end."""
        for held in self.files + files():
            try:
                held.flush()
            except Exception:
                pass  # It is closed, or for reading.

    def report(self, error):
        """Prints an uncaught error as Python does, without the frames of the bridge."""
        trace, frames = error.__traceback__, []
        while trace is not None:
            if not trace.tb_frame.f_code.co_filename.startswith(self.folder):
                frames.append(trace)
            trace = trace.tb_next
        for frame, inner in zip(frames, frames[1:] + [None]):
            frame.tb_next = inner
        error.__traceback__ = frames[0] if frames else None
        sys.excepthook(type(error), error, error.__traceback__)
        self.control.error(error)

    def finish(self):
        """Runs after every other exit handler, when the threads have ended: flushes, says so, and exits."""
        if os.getpid() != self.process:
            return
        # A script that imported nothing new but of Python's own left nothing that only its slow end would finish. What
        # another thread is about to write, no flush may wait for.
        whole = (
            self.modules is not None
            and all(map(is_own, sys.modules.keys() - self.modules))
            and len(sys._current_frames()) == 1
        )
        if whole:
            # As the interpreter does: the first collection brings files before their buffers, the second closes them.
            gc.collect()
            del sys.modules["__main__"]
            gc.collect()
            self.flush_files()
        self.flush()
        if self.status == 0 and childless():
            self.control.end()
        if whole:
            os._exit(self.status & 0xFF)


def files():
    """All file objects that the collector tells of: by their types, since an object may pretend to be another, and by a
    class that runs nobody's code for that.
    """
    return [held for held in gc.get_objects() if issubclass(type(held), _io._IOBase)]


def is_own(name):
    """Whether a module is the bridge's or Python's own."""
    place = str(getattr(getattr(sys.modules.get(name), "__spec__", None), "origin", None))
    library = os.path.join(os.path.dirname(os.__file__), "")
    return (
        name.startswith("_stack")
        or place in ("built-in", "frozen")
        or place.startswith(library) and not place.startswith((f"{library}site-packages", f"{library}dist-packages"))
    )


def main(folder):
    """Runs the service that the arguments name; the exit code."""
    del sys.argv[0], sys.path[0]
    path = sys.argv[0]
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    service = Service(path, folder)
    sys.stdout = sys.__stdout__ = service.body
    atexit.register(service.finish)
    try:
        code = service.compile()
        service.prepare()
        service.receive()
        service.run(code)
        service.status = 0
    except SystemExit as exit:
        service.status = 0 if exit.code is None else exit.code
        if not isinstance(service.status, int):
            print(exit.code, file=sys.stderr)
            service.control.error(exit)
            service.status = 1
    except BaseException as error:
        service.report(error)
    return service.status


def keep(place, key, code):
    """Stores a compiled script for the next start."""
    import time
    if time.time_ns() - max(key[-2:]) < SETTLED:
        return
    try:
        with open(f"{place}.{os.getpid()}", "xb") as file:
            marshal.dump((key, code), file)
        os.replace(file.name, place)
    except OSError:
        pass  # Without the right or the room to write, it is compiled each time.


def childless():
    """Whether there is no child left that could still write to the body."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return False
