//! Says everything that can be said of an answer.

fn main() {
    stack::status(404);
    stack::status_message("Not Here");
    stack::header("X-A", "lost");
    stack::header("x-a", "b c");
    stack::header("X-Gone", 1);
    stack::remove_header("X-Gone");
    stack::append_header("X-L", 1);
    stack::append_header("X-L", 2);
    stack::append_header("Set-Cookie", "a=1");
    stack::append_header("Set-Cookie", "b=2");
    stack::trailer("X-Sum", 5);
    print!("text");
}
