//! Says status, message and headers at once.

fn main() {
    stack::write_head(201, "Made", &[("X-A", "b")]);
    println!("text");
}
