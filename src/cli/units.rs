//! Times and sizes as people type them.

use std::time::Duration;

/// A port, 0 for any that is free.
pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "a port is a number from 0 to 65535".to_owned())
}

/// A time: milliseconds, or a number with `ms`, `s`, `m` or `h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let milliseconds = match unit {
        "" | "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(no_time()),
    };
    let number: u64 = number.parse().map_err(|_| no_time())?;
    number.checked_mul(milliseconds).map(Duration::from_millis).ok_or_else(no_time)
}

/// A size: bytes, or a number with `K`, `M` or `G`, which are powers of 1,024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let bytes: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err(no_size()),
    };
    let number: u64 = number.parse().map_err(|_| no_size())?;
    number.checked_mul(bytes).ok_or_else(no_size)
}

fn split(text: &str) -> (&str, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(digits)
}

fn no_time() -> String {
    "a time is milliseconds, or as in 500ms, 30s, 5m, 1h".to_owned()
}

fn no_size() -> String {
    "a size is bytes, or as in 512K, 10M, 1G".to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::proptest;

    use super::{duration, size};

    #[test]
    fn row_15_times() {
        let times =
            [("0", 0), ("1000", 1_000), ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("1h", 3_600_000)];
        for (text, milliseconds) in times {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in
            ["", "s", "-1", "+1", "1.5s", "1d", "1 s", "18446744073709551615s", "99999999999999999999"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn row_46_sizes() {
        let sizes =
            [("0", 0), ("10485760", 10 << 20), ("10M", 10 << 20), ("10MiB", 10 << 20), ("512k", 512 << 10)];
        for (text, bytes) in sizes {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "10MB", "1T", "-1", "1.5M", "18446744073709551615K"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in ".*|[0-9]{1,25}[a-zA-Z]{0,3}") {
            let _ = (duration(&text), size(&text));
        }
    }
}
