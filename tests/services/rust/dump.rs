//! Writes every parameter with its lengths.

fn main() {
    for (name, value) in stack::params() {
        print!("{}:{name}{}:{value}", name.len(), value.len());
    }
}
