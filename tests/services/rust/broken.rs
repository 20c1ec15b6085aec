//! The third line does not parse.
fn main() {
let x = ; }
