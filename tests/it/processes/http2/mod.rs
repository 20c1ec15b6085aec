//! HTTP/2 by prior knowledge: streams beside each other, and floods of frames.

mod breaks;
mod client;
mod floods;
mod streams;

pub(super) use self::client::Client;
