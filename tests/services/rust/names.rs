//! Writes one parameter by each of its names.

fn main() {
    println!("{}", stack::param("foo").unwrap());
    println!("{}", stack::req().param("foo").unwrap());
    for (_, value) in stack::params().filter(|(name, _)| *name == "foo") {
        println!("{value}");
    }
}
