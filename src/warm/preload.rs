//! The library that makes a fork server of an interpreter: embedded, and written to the cache for `ld.so` to load.

use std::{io, os::unix::ffi::OsStrExt, path::PathBuf};

use crate::{cache, service::Strings};

/// What `build.rs` made of `langs/fork-server.c`.
#[cfg(feature = "fork")]
const LIBRARY: Option<&[u8]> = Some(include_bytes!(concat!(env!("OUT_DIR"), "/fork_server.so")));
#[cfg(not(feature = "fork"))]
const LIBRARY: Option<&[u8]> = None;

/// By this the loader finds libraries, separated by colons; and by this the library knows what it was before.
const LOADER: &[u8] = b"LD_PRELOAD";
const MARK: &[u8] = b"STACK_FORK_SERVER";
/// Where the request document is, and where a fork server looks for it: at a name of the library's own.
const DOCUMENT: (&[u8], &[u8]) = (b"STACK_REQUEST", b"/dev/stack/request");

/// The environment of a process that is to be a fork server, from that of its service.
///
/// # Errors
/// When there is no library, or no place for it.
pub(super) fn environment(variables: &Strings) -> io::Result<Strings> {
    with_library(variables, place()?.as_os_str().as_bytes())
}

fn with_library(variables: &Strings, library: &[u8]) -> io::Result<Strings> {
    if library.iter().any(|byte| b": ".contains(byte)) {
        let message = format!("{} cannot stand in LD_PRELOAD", String::from_utf8_lossy(library));
        return Err(io::Error::other(message));
    }
    let mut environment = Strings::default();
    let mut before: &[u8] = b"";
    for word in variables.iter() {
        match word.split(|&byte| byte == b'=').next() {
            Some(LOADER) => before = &word[LOADER.len() + 1..],
            Some(name) if name == DOCUMENT.0 => {}
            _ => _ = environment.push(word),
        }
    }
    let loaded = if before.is_empty() { library.to_vec() } else { [before, b":", library].concat() };
    for (name, value) in [(LOADER, loaded.as_slice()), (MARK, before), DOCUMENT] {
        environment.push_variable(name, value);
    }
    Ok(environment)
}

/// Where the library stands, named by its content.
fn place() -> io::Result<PathBuf> {
    let Some(library) = LIBRARY else {
        return Err(io::Error::other("this program was built without fork servers (the feature `fork`)"));
    };
    let path = cache::of_content(&cache::folder()?, "fork-server", &library)?.join("fork_server.so");
    cache::place(&path, library)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::{Strings, with_library};

    #[test]
    fn a_library_of_the_users_own_stays_and_is_restored() {
        let before: Strings =
            ["A=1", "LD_PRELOAD=/lib/mine.so", "STACK_REQUEST=/dev/fd/4"].into_iter().collect();
        let environment = with_library(&before, b"/cache/fork_server.so").unwrap();
        let words: Vec<_> = environment.iter().map(String::from_utf8_lossy).collect();
        let expected = [
            "A=1",
            "LD_PRELOAD=/lib/mine.so:/cache/fork_server.so",
            "STACK_FORK_SERVER=/lib/mine.so",
            "STACK_REQUEST=/dev/stack/request",
        ];
        assert_eq!(words, expected);
        assert!(with_library(&before, b"/a b").is_err(), "the loader would take it for two");
    }
}
