//! Writes variables of the server and of the request; using the crate sets the latter before `main`.

use std::env::var;

fn main() {
    assert_eq!(stack::req().method, var("REQUEST_METHOD").unwrap());
    println!("{}|{}|{}", var("T_A").unwrap(), var("REQUEST_METHOD").unwrap(), var("HTTP_X_B").unwrap());
}
