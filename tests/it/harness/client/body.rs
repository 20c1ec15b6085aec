//! How the body of a response is marked off, by RFC 9112 section 6.3, decoded as it comes.

use super::{End, Head, field, find, value_in};

/// The state of the body that is being read.
#[derive(Debug)]
pub(super) enum Framing {
    /// So many bytes are still to come.
    Length(u64),
    /// The chunked coding, before the line that gives a chunk's size.
    ChunkSize,
    /// So many bytes of this chunk are still to come, then its line end.
    Chunk(u64),
    /// After the last chunk: trailers until an empty line.
    Trailers,
    /// Only the close marks it off.
    UntilClose,
    Ended(End),
}

impl Framing {
    pub(super) fn of(head: &Head) -> Self {
        if head.status < 200 || head.status == 204 || head.status == 304 {
            return Self::Ended(End::Complete);
        }
        let length = value_in(&head.headers, "content-length");
        match (value_in(&head.headers, "transfer-encoding"), length) {
            (Some(coding), None) => {
                assert!(coding.eq_ignore_ascii_case("chunked"), "an unknown coding: {coding}");
                Self::ChunkSize
            }
            (Some(_), Some(_)) => panic!("both Transfer-Encoding and Content-Length: {head:?}"),
            (None, Some("0")) => Self::Ended(End::Complete),
            (None, Some(length)) => Self::Length(length.parse().expect("a length is a number")),
            (None, None) => Self::UntilClose,
        }
    }

    /// Takes from the buffer the body bytes that are whole there; none when more must be read, or at the end.
    pub(super) fn take(
        &mut self,
        buffer: &mut Vec<u8>,
        trailers: &mut Vec<(String, String)>,
    ) -> Option<Vec<u8>> {
        loop {
            match self {
                Self::Ended(_) => return None,
                Self::UntilClose if buffer.is_empty() => return None,
                Self::UntilClose => return Some(std::mem::take(buffer)),
                Self::Length(0) => *self = Self::Ended(End::Complete),
                Self::Length(left) | Self::Chunk(left @ 1..) => return take_up_to(left, buffer),
                Self::Chunk(_) => {
                    assert_eq!(line(buffer)?, "", "a chunk ends with its line");
                    *self = Self::ChunkSize;
                }
                Self::ChunkSize => {
                    let line = line(buffer)?;
                    let digits = line.split(';').next().unwrap_or_default().trim();
                    let size = u64::from_str_radix(digits, 16);
                    let size = size.unwrap_or_else(|_| panic!("no size of a chunk: {line:?}"));
                    *self = if size == 0 { Self::Trailers } else { Self::Chunk(size) };
                }
                Self::Trailers => match line(buffer)? {
                    line if line.is_empty() => *self = Self::Ended(End::Complete),
                    line => trailers.push(field(&line)),
                },
            }
        }
    }

    /// Takes the line end behind a chunk whose bytes were all taken; true when it has yet to come.
    pub(super) fn awaits_line_end(&mut self, buffer: &mut Vec<u8>) -> bool {
        let awaits = matches!(self, Self::Chunk(0));
        if awaits && line(buffer).is_some() {
            *self = Self::ChunkSize;
            return false;
        }
        awaits
    }

    /// What the end of the connection means for this body.
    pub(super) fn at_close(&self, end: End) -> End {
        match (self, end) {
            (Self::UntilClose, End::Closed) => End::Complete,
            (_, end) => end,
        }
    }
}

fn take_up_to(left: &mut u64, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = usize::try_from(*left).map_or(buffer.len(), |left| left.min(buffer.len()));
    *left -= length as u64;
    (length > 0).then(|| buffer.drain(..length).collect())
}

/// Takes one whole line, without its end.
fn line(buffer: &mut Vec<u8>) -> Option<String> {
    let at = find(buffer, b"\r\n")?;
    let bytes: Vec<u8> = buffer.drain(..at + 2).collect();
    Some(String::from_utf8_lossy(&bytes[..at]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{End, Framing};

    fn decode(pieces: &[&str]) -> (String, Framing) {
        let (mut framing, mut buffer, mut trailers) = (Framing::ChunkSize, Vec::new(), Vec::new());
        let mut body = Vec::new();
        for piece in pieces {
            buffer.extend_from_slice(piece.as_bytes());
            while let Some(bytes) = framing.take(&mut buffer, &mut trailers) {
                body.extend(bytes);
            }
        }
        (String::from_utf8(body).unwrap(), framing)
    }

    #[test]
    fn a_last_chunk_completes() {
        let (body, framing) = decode(&["5\r\nhel", "lo\r\n0\r", "\nA: b\r\n\r\n"]);
        assert_eq!(body, "hello");
        assert!(matches!(framing, Framing::Ended(End::Complete)));
    }

    #[test]
    fn a_missing_last_chunk_is_a_cut() {
        let (body, framing) = decode(&["5\r\nhello\r\n"]);
        assert_eq!(body, "hello");
        assert_eq!(framing.at_close(End::Closed), End::Closed);
    }
}
