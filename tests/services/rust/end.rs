//! Ends the answer early.

fn main() {
    println!("one");
    let ended = true;
    if ended {
        stack::end("two");
    }
    println!("three");
    panic!("this is never reached");
}
