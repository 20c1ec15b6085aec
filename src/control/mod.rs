//! What a service says on its control descriptor, from bytes to messages. Pure: the bytes are handed in, and what
//! the messages change is decided elsewhere.
//!
//! One message a line, in one of two forms:
//!
//! - JSON, `{"type":T,"payload":{…}}`; the types are those of [`Message`], in camel case, and `statusCode`, which
//!   is `status`. A status code is a number, or its digits as text; a header's value is a text, a number, or a
//!   list of these.
//! - A plain field line: `Status: 404 Not Found`, whose reason may be left out; `Content-Type: text/css`, which
//!   replaces; `Name: value`, which appends.
//!
//! Nothing in a line is an error here: what cannot be taken is [`Line::Ignored`] with its reason. That is a status
//! outside 200 to 599, a name or a value that no header may have, a header of the connection's own, and any other
//! text. Of a head or of trailers with one bad field, the rest is taken. Empty lines say nothing.

mod decode;
mod envelope;
mod field;
mod message;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    decode::Decoder,
    field::is_framing,
    message::{Line, Message},
};
