//! Answers every line as it comes.

fn main() {
    for line in std::io::stdin().lines() {
        println!("got {}", line.unwrap());
    }
}
