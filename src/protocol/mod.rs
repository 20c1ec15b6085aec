//! How the output of a service begins where its first byte is not yet the body. Pure: the bytes are handed in.

mod cgi;
#[cfg(test)]
mod tests;

pub(crate) use self::cgi::{Block, Fault, Parser};
