//! From what a service says to an HTTP response: its head, its body, and the pages of what failed.

mod body;
mod break_off;
mod head;
mod page;
mod problem;

pub use self::body::Body;
pub(crate) use self::{
    body::{Close, Live, Verdict},
    break_off::Patience,
    head::{Draft, Heard},
    page::{Line, State, services},
    problem::{Audience, problem},
};
