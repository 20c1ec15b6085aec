//! The names and habits of Python.

use super::{serve, text_of};
use crate::harness::interpreter;

const FORM: &str = "application/x-www-form-urlencoded";

/// What the script answers to `/?foo=bar&a[b]=c`; nothing where there is no Python.
fn answer(text: &str) -> Option<String> {
    interpreter("python3").then(|| text_of(&serve("x.py", text).get("/?foo=bar&a[b]=c")))
}

/// Whether the script's answer is `expected`, or there is no Python to ask.
fn answers(text: &str, expected: &str) {
    if let Some(answer) = answer(text) {
        assert_eq!(answer, expected, "{text}");
    }
}

#[test]
fn languages_python_names() {
    answers(
        "print(Hook['params']['foo'], hook.params.foo, hook['params'].foo, Hook.params['foo'])",
        "bar bar bar bar\n",
    );
    answers(
        "print(hook is Hook, hook is service, hook.input is hook.req, input is hook.req)",
        "True True True True\n",
    );
    answers("print(hook.params.a.b, hook['params']['a']['b'], hook.req.params is hook.params)", "c c True\n");
    answers("print(hook.params)", "{'foo': 'bar', 'a': {'b': 'c'}}\n");
    answers(
        "print(hook.service.name, hook.service.language, hook.service.path == __file__)",
        "python python True\n",
    );
    answers(
        "print(isinstance(hook.params, dict), sorted(hook.params), hook.params.get('none'))",
        "True ['a', 'foo'] None\n",
    );
}

#[test]
fn languages_python_a_missing_parameter_is_an_error_of_python() {
    if !interpreter("python3") {
        return;
    }
    for (text, error) in [("hook.params.nope", "AttributeError"), ("hook['params']['nope']", "KeyError")] {
        let response = serve("x.py", text).get("/");
        assert_eq!(response.status, 500);
        assert!(response.text().contains(error) && response.text().contains("nope"), "{}", response.text());
    }
}

#[test]
fn languages_python_the_function_input_still_reads_lines() {
    if interpreter("python3") {
        let script = serve("x.py", "print(input(), input('? '), input.method)");
        assert_eq!(text_of(&script.post("/", "text/plain", "one\ntwo\n")), "? one two POST\n");
    }
}

#[test]
fn languages_python_it_is_the_main_program() {
    answers("if __name__ == '__main__':\n    print('main')", "main\n");
    answers(
        "import __main__, sys\nx = 1\nprint(__main__.x, sys.modules['__main__'].__file__ == __file__)",
        "1 True\n",
    );
    answers("import atexit\natexit.register(print, 'at exit')\nprint('body')", "body\nat exit\n");
    answers("import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A)", "True\n");
    answers("import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int = 1\nprint(A())", "A(x=1)\n");
}

#[test]
fn languages_python_output_in_its_order_without_a_flush() {
    answers(
        "import sys\nprint('a', end='')\nsys.stdout.buffer.write(b'b')\nhook.res.write('c')\nprint('d')",
        "abcd\n",
    );
    answers("import os\nprint('a')\nos.system('echo b')\nprint('c')", "a\nb\nc\n");
    answers("import sys\nsys.__stdout__.write('a')\nprint('b', file=sys.__stdout__)", "ab\n");
    let bytes = "import sys\nsys.stdout.buffer.write(bytes(range(256)))";
    if interpreter("python3") {
        assert_eq!(serve("x.py", bytes).get("/").body, (0..=255).collect::<Vec<u8>>());
    }
}

#[test]
fn languages_python_a_parameter_that_is_no_text_comes_back_as_it_was() {
    if interpreter("python3") {
        let script = serve("x.py", "print(hook.params.v)");
        let value = "'; id # $(id) `id` %s {0} \\ \u{1F600}";
        let escaped: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(text_of(&script.post("/", FORM, format!("v={escaped}"))), format!("{value}\n"));
    }
}

#[test]
fn languages_python_sys_exit() {
    answers("import sys\nprint('body')\nsys.exit()", "body\n");
    answers("import sys\nprint('body')\nsys.exit(0)", "body\n");
    if !interpreter("python3") {
        return;
    }
    let words = serve("x.py", "import sys\nsys.exit('the reason')").get("/");
    assert!(words.status == 500 && words.text().contains("the reason"), "{}", words.text());
    let late = serve("x.py", "import sys\nprint('body')\nsys.exit(3)").get("/");
    assert_eq!((late.status, late.text().as_str(), late.complete), (200, "body\n", false));
}

#[test]
fn languages_python_threads_and_children_end_the_answer_with_them() {
    answers(
        "import threading\nthreading.Timer(0.05, print, ['from a thread']).start()\nprint('body')",
        "body\nfrom a thread\n",
    );
    answers(
        "import subprocess\nprint(subprocess.run(['cat'], input='child', capture_output=True, text=True).stdout)",
        "child\n",
    );
}

#[test]
fn languages_python_ends_beside_a_thread_that_is_stuck_in_a_write() {
    // Nobody reads the pipe, so that the thread has its file for ever; to flush that would wait for the thread.
    answers(
        "import io, os, threading
reader, writer = os.pipe()
began = threading.Event()
class Stuck(io.FileIO):
    def write(self, data):
        began.set()
        return super().write(data)
file = io.BufferedWriter(Stuck(writer, 'w'))
threading.Thread(target=file.write, args=(bytes(1 << 20),), daemon=True).start()
began.wait()
print('said')",
        "said\n",
    );
}
