// stack ./status.rs
// curl -i 'http://127.0.0.1:3000/?code=418'

fn main() {
    let code = stack::param("code").and_then(|code| code.parse().ok());
    stack::status(code.unwrap_or(404));
    stack::header("X-Service", "status");
    println!("as you asked");
}
