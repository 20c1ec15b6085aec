//! Writes to the log in both ways.

fn main() {
    stack::log!("a log {}", 5);
    eprintln!("an error");
    println!("body");
}
