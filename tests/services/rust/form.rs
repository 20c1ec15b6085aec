//! Writes two parameters and the form that has one of them.

use std::io::{read_to_string, stdin};

fn main() {
    let body = read_to_string(stdin()).unwrap();
    println!("{} {} {body}", stack::param("a").unwrap(), stack::param("b").unwrap());
}
