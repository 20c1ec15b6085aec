//! `a=b&c=d`, as queries and forms have it, into names and values. Pure.

use crate::{
    failure::{Failure, Kind},
    params::{allowance::exceeded, shown},
};

/// Splits and decodes, in the order in which the fields came.
///
/// Decodes as the URL standard does for `application/x-www-form-urlencoded`, with one difference: what is not
/// UTF-8 is refused and not replaced. A `%` without two hexadecimal digits is itself, nothing between two `&`
/// is no field, and a field without `=` has an empty value. More than `limit` fields are refused before any is
/// decoded.
pub(crate) fn parse(bytes: &[u8], limit: usize) -> Result<Vec<(String, String)>, Failure> {
    let count = pieces(bytes).take(limit.saturating_add(1)).count();
    if count > limit {
        return Err(exceeded());
    }
    let mut fields = Vec::with_capacity(count);
    for (index, piece) in pieces(bytes).enumerate() {
        fields.push(field(piece, index + 1)?);
    }
    Ok(fields)
}

fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty())
}

fn field(piece: &[u8], position: usize) -> Result<(String, String), Failure> {
    let equals = piece.iter().position(|&byte| byte == b'=');
    let (name, value) = match equals {
        Some(equals) => (&piece[..equals], &piece[equals + 1..]),
        None => (piece, &[][..]),
    };
    let name = String::from_utf8(decode(name))
        .map_err(|_| refused(format!("the name of parameter {position} is not UTF-8")))?;
    let value = String::from_utf8(decode(value))
        .map_err(|_| refused(format!("the value of parameter {position}, {}, is not UTF-8", shown(&name))))?;
    Ok((name, value))
}

fn refused(message: String) -> Failure {
    Failure::new(Kind::BadParameters, message).remedy("percent-encode it as UTF-8, or send it as the body")
}

fn decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let (byte, after) = match byte {
            b'+' => (b' ', after),
            b'%' => escaped(after).unwrap_or((b'%', after)),
            _ => (byte, after),
        };
        decoded.push(byte);
        rest = after;
    }
    decoded
}

/// The byte that two hexadecimal digits behind a `%` stand for, and what follows them.
pub(crate) fn escaped(after: &[u8]) -> Option<(u8, &[u8])> {
    let (&[high, low], rest) = after.split_first_chunk()?;
    Some((digit(high)? * 16 + digit(low)?, rest))
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::parse;
    use crate::failure::Kind;

    fn parsed(text: &str) -> Vec<(String, String)> {
        parse(text.as_bytes(), 1_000).expect("a valid query")
    }

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn row_30_a_query_is_names_and_values() {
        assert_eq!(parsed("foo=bar"), pairs(&[("foo", "bar")]));
        assert_eq!(parsed(""), []);
        assert_eq!(parsed("&&a=1&&&b=2&"), pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn row_31_a_name_alone_has_an_empty_value() {
        assert_eq!(parsed("e=&f&=g&="), pairs(&[("e", ""), ("f", ""), ("", "g"), ("", "")]));
        assert_eq!(parsed("a=b=c"), pairs(&[("a", "b=c")]));
    }

    #[test]
    fn plus_and_percent_are_decoded_and_broken_escapes_stay() {
        assert_eq!(parsed("a+b=%41%2b%3D%26&%C3%A9=%e2%82%ac"), pairs(&[("a b", "A+=&"), ("é", "€")]));
        assert_eq!(parsed("a=%&b=%4&c=%zz&d=%%41&e=%+1"), {
            pairs(&[("a", "%"), ("b", "%4"), ("c", "%zz"), ("d", "%A"), ("e", "% 1")])
        });
    }

    #[test]
    fn attack_06_odd_names_come_exactly() {
        let long = "x".repeat(10 * 1_024);
        let query =
            format!("a;id=1&a%24(id)=2&a%0Ab=3&a%3Db=4&=5&{long}=6&%C3%BC=7&__proto__=8&constructor=9");
        let names: Vec<_> = parsed(&query).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a;id", "a$(id)", "a\nb", "a=b", "", &long, "ü", "__proto__", "constructor"]);
    }

    #[test]
    fn attack_08_a_nul_is_kept() {
        assert_eq!(parsed("a%00b=c%00d"), pairs(&[("a\0b", "c\0d")]));
    }

    #[test]
    fn what_is_not_utf_8_is_refused_with_its_position() {
        let name = parse(b"a=1&%ff=2", 9).expect_err("a name that is not UTF-8");
        assert_eq!((name.kind, name.message.as_str()), {
            (Kind::BadParameters, "the name of parameter 2 is not UTF-8")
        });
        let value = parse(b"a=1&b=2&c=%C3", 9).expect_err("a value that is not UTF-8");
        assert_eq!(value.message, "the value of parameter 3, \"c\", is not UTF-8");
        assert!(parse(b"\xff=1", 9).is_err() && parse(b"a=\x80", 9).is_err());
    }

    #[test]
    fn row_46_attack_27_the_limit_is_exact_and_found_in_linear_time() {
        assert_eq!(parse("a=1&".repeat(1_000).as_bytes(), 1_000).expect("at the limit").len(), 1_000);
        let over = parse("a=1&".repeat(1_001).as_bytes(), 1_000).expect_err("over the limit");
        assert_eq!(over.kind, Kind::BadParameters);
        let million = "a=1&".repeat(1_000_000);
        // Were it not linear, the runner\'s limit on a test\'s time would meet it here.
        assert!(parse(million.as_bytes(), 1_000).is_err());
        assert!(parse(&b"&".repeat(10 << 20), 1_000).expect("nothing in it").is_empty());
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(fields in any::<Vec<(String, String)>>()) {
            let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
            prop_assert_eq!(parse(encoded.as_bytes(), usize::MAX).expect("a valid query"), fields);
        }

        #[test]
        fn utf_8_decodes_as_the_url_standard_says(text in "[a-c%+&=0-9é]{0,40}") {
            if let Ok(fields) = parse(text.as_bytes(), usize::MAX) {
                let standard: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
                prop_assert_eq!(fields, standard);
            }
        }

        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>(), limit in 0_usize..9) {
            let _ = parse(&bytes, limit);
        }
    }
}
