//! Bytes into lines, however they are cut, within a bounded memory.

use crate::{
    control::{Line, message},
    params::shown,
};

/// How long a line may be.
const LONGEST: usize = 1 << 20;

/// Takes the bytes of a control descriptor as they come.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    state: State,
}

#[derive(Debug)]
enum State {
    /// The beginning of a line that has no end yet.
    Within(Vec<u8>),
    /// A line was too long: the rest of it is thrown away.
    Beyond,
}

impl Default for State {
    fn default() -> Self {
        Self::Within(Vec::new())
    }
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Every line that these bytes complete.
    ///
    /// Lines over 1 MiB are left out but for one [`Line::Ignored`], as soon as they are known to be too long.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(end) => self.end(end, &mut lines),
                None => self.hold(piece, &mut lines),
            }
        }
        lines
    }

    /// What the last line says, when the bytes ended without a newline.
    pub(crate) fn finish(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        self.end(b"", &mut lines);
        lines
    }

    fn end(&mut self, end: &[u8], lines: &mut Vec<Line>) {
        match std::mem::take(&mut self.state) {
            State::Within(start) if start.len() + end.len() > LONGEST => lines.push(too_long(&start, end)),
            State::Within(start) if start.is_empty() => message::read(end, lines),
            State::Within(mut line) => {
                line.extend_from_slice(end);
                message::read(&line, lines);
            }
            State::Beyond => {}
        }
    }

    fn hold(&mut self, piece: &[u8], lines: &mut Vec<Line>) {
        let State::Within(start) = &mut self.state else { return };
        if start.len() + piece.len() > LONGEST {
            lines.push(too_long(start, piece));
            self.state = State::Beyond;
        } else {
            start.extend_from_slice(piece);
        }
    }
}

fn too_long(start: &[u8], rest: &[u8]) -> Line {
    const SHOWN: usize = 256;
    let start: Vec<_> = start.iter().chain(rest).copied().take(SHOWN).collect();
    Line::Ignored(format!("a control line is longer than 1 MiB: {}", shown(&String::from_utf8_lossy(&start))))
}
