//! The third line panics.
fn fail() {
    panic!("the reason");
}

fn main() {
    fail();
}
