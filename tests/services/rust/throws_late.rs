//! Panics behind its first line of output.

fn fail() {
    panic!("the reason");
}

fn main() {
    println!("before");
    fail();
}
