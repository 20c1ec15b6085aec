//! Writes 100 MiB.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let block = b"0123456789abcde\n".repeat(4096);
    let mut output = io::stdout().lock();
    (0..1600).try_for_each(|_| output.write_all(&block))
}
