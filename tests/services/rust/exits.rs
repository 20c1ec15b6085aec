//! Exits with a status of its own.

fn main() {
    std::process::exit(3);
}
