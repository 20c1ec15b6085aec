//! `%41` is `A`: the encoding of paths and of file names. Not that of forms, in which `+` is a space.

use crate::params::urlencoded::escaped;

/// The bytes that a text stands for; a `%` without two hexadecimal digits is itself.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (byte, after) = match byte {
            b'%' => escaped(after).unwrap_or((byte, after)),
            _ => (byte, after),
        };
        decoded.push(byte);
        rest = after;
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn escapes_are_decoded_and_all_else_stays() {
        let table: [(&str, &[u8]); 6] = [
            ("", b""),
            ("/a+b%20c", b"/a+b c"),
            ("%2F%2f%00%ff", b"//\0\xff"),
            ("%252e", b"%2e"),
            ("%", b"%"),
            ("%4%zz%%41", b"%4%zz%A"),
        ];
        for (text, expected) in table {
            assert_eq!(decode(text), expected, "{text}");
        }
    }
}
