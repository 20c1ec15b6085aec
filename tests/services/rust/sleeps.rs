//! Writes a line and sleeps.

fn main() {
    println!("begun");
    std::thread::sleep(std::time::Duration::from_secs(60));
}
