//! From what a service says to an HTTP response: its head, its body, and the pages of what failed.

mod body;
mod head;
mod problem;

pub use self::body::Body;
pub(crate) use self::{
    body::{Close, Live, Verdict},
    head::{Draft, Heard},
    problem::{Audience, problem},
};
