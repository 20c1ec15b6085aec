// stack ./echo.rs
// curl 'http://127.0.0.1:3000/?foo=bar'

fn main() {
    println!("Hello, this is a Rust script.");
    println!("stack::params() is:");
    for (name, value) in stack::params() {
        println!("{name} = {value}");
    }
}
