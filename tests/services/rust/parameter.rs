//! Writes the parameter `v`.

fn main() {
    print!("{}", stack::param("v").unwrap_or_default());
}
