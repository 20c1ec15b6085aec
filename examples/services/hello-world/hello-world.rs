// stack ./hello-world.rs
// curl http://127.0.0.1:3000/

fn main() {
    println!("hello world");
}
