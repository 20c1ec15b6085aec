//! Writes what is known of an uploaded file, and the file.

fn main() {
    for fact in ["filename", "type", "size"] {
        println!("{}", stack::param(&format!("f[{fact}]")).unwrap());
    }
    stack::write(std::fs::read(stack::file("f").unwrap()).unwrap());
}
