//! Words of the table with places in them, such as `-I{support}`.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt, OsStringExt},
};

/// The word with every place replaced by what stands for it, in one pass: a path is never taken for a place.
pub(crate) fn fill(word: &str, places: &[(&str, &OsStr)]) -> OsString {
    let (mut filled, mut rest) = (Vec::with_capacity(word.len()), word.as_bytes());
    while let Some((&first, others)) = rest.split_first() {
        match places.iter().find(|(place, _)| rest.starts_with(place.as_bytes())) {
            Some((place, text)) => {
                filled.extend_from_slice(text.as_bytes());
                rest = &rest[place.len()..];
            }
            None => {
                filled.push(first);
                rest = others;
            }
        }
    }
    OsString::from_vec(filled)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::fill;

    #[test]
    fn places_are_filled_once() {
        let places = [("{source}", OsStr::new("/a/{output}.c")), ("{output}", OsStr::new("/o"))];
        assert_eq!(fill("{source}", &places), "/a/{output}.c");
        assert_eq!(fill("-I{x}:{output}{output}", &places), "-I{x}:/o/o");
        assert_eq!(fill("{", &places), "{");
        assert_eq!(fill("", &places), "");
    }
}
