//! What `execve` takes, prepared once: program, arguments, environment, folder as NUL-terminated words.

use std::{
    ffi::{CString, OsStr},
    os::unix::ffi::OsStrExt,
    sync::Arc,
};

use super::Keep;

/// A program and everything of its start that no request changes.
#[derive(Debug)]
pub(crate) struct Launch {
    /// The absolute path of what is executed.
    pub(crate) program: CString,
    /// The whole argument list, from `argv[0]`.
    pub(crate) arguments: Strings,
    /// The environment that every request shares.
    pub(crate) environment: Strings,
    /// The working directory.
    pub(crate) directory: CString,
    /// What keeps the program where it is, when it stands in the cache.
    pub(crate) _keep: Option<Arc<dyn Keep>>,
}

#[cfg(test)]
impl Launch {
    /// A program that is everywhere, and goes on until it is ended.
    pub(crate) fn endless() -> Self {
        let mut arguments = Strings::default();
        assert!(["tail", "-f", "/dev/null"].iter().all(|word| arguments.push(word.as_bytes())));
        Self {
            program: c"/usr/bin/tail".to_owned(),
            arguments,
            environment: Strings::default(),
            directory: c"/".to_owned(),
            _keep: None,
        }
    }
}

/// A list of C strings in one allocation, so that a request's copy is one `memcpy`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings {
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Strings {
    /// Appends one word; a word with a NUL in it cannot be carried and is left out.
    pub(crate) fn push(&mut self, word: &[u8]) -> bool {
        self.push_parts(&[word])
    }

    /// Appends `name=value`.
    pub(crate) fn push_variable(&mut self, name: &[u8], value: &[u8]) -> bool {
        self.push_parts(&[name, b"=", value])
    }

    fn push_parts(&mut self, parts: &[&[u8]]) -> bool {
        if parts.iter().any(|part| part.contains(&0)) {
            return false;
        }
        self.starts.push(self.bytes.len());
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.bytes.push(0);
        true
    }

    /// Where each word begins in [`Self::bytes`].
    pub(crate) fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// All words, each with its NUL.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The words without their NULs.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.starts.iter().map(|&start| {
            let rest = &self.bytes[start..];
            let end = rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len());
            &rest[..end]
        })
    }
}

impl<S: AsRef<OsStr>> FromIterator<S> for Strings {
    fn from_iter<I: IntoIterator<Item = S>>(words: I) -> Self {
        let mut strings = Self::default();
        for word in words {
            strings.push(word.as_ref().as_bytes());
        }
        strings
    }
}
