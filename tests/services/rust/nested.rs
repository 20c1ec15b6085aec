//! Writes what stands in a map and in a list.

fn main() {
    for name in ["a[b]", "l[0]", "l[1]"] {
        println!("{}", stack::param(name).unwrap());
    }
}
