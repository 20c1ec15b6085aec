//! Text of others in a line of ours: nothing in it may end the line, move the cursor or turn the reading.

use std::fmt::{self, Write};

/// Displays a text with its control characters, line separators and direction marks escaped; tabs stay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaping(f).write_str(self.0)
    }
}

/// Passes text on to another writer, escaped as [`Printable`] does it.
pub(crate) struct Escaping<W>(pub(crate) W);

impl<W: Write> Write for Escaping<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut plain = 0;
        for (at, character) in text.char_indices().filter(|&(_, character)| is_dangerous(character)) {
            self.0.write_str(&text[plain..at])?;
            write!(self.0, "{}", character.escape_default())?;
            plain = at + character.len_utf8();
        }
        self.0.write_str(&text[plain..])
    }
}

fn is_dangerous(character: char) -> bool {
    match character {
        '\t' => false,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::Printable;

    #[test]
    fn attack_38_terminal_escapes_and_line_ends_are_shown_not_obeyed() {
        let shown = |text| Printable(text).to_string();
        assert_eq!(shown("a\nb\u{1b}[2J\u{7f}"), "a\\nb\\u{1b}[2J\\u{7f}");
        assert_eq!(shown("\u{9b}31m \u{202e}txt"), "\\u{9b}31m \\u{202e}txt");
        assert_eq!(shown("gr\u{fc}n\t\u{1f600}"), "gr\u{fc}n\t\u{1f600}");
    }

    proptest! {
        #[test]
        fn it_is_one_line(text in ".*|[\u{0}-\u{2f}]*") {
            let shown = Printable(&text).to_string();
            assert!(!shown.contains(|character: char| character.is_control() && character != '\t'));
        }
    }
}
