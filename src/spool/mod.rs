//! The private folder of one request's files: its user's alone, and gone with the request. Knows no HTTP.

mod folder;
mod off_thread;
mod sweep;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::{self, Write},
    mem,
    path::Path,
    sync::Arc,
};

use rustix::io::Errno;

use self::folder::Folder;
#[cfg(feature = "cli")]
pub(crate) use self::folder::reserve;
pub(crate) use self::{off_thread::off_thread, sweep::sweep};
use crate::failure::{Failure, Kind};

/// How much is written at once, each time by a thread that may wait for a slow disk.
const BATCH: usize = 256 << 10;

/// A folder for files; removed with all that is in it when the spool and its writers are dropped.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: Arc<Folder>,
    files: usize,
}

/// A file on its way to the disk.
#[derive(Debug)]
pub(crate) struct Writer {
    folder: Arc<Folder>,
    name: String,
    file: Option<File>,
    batch: Vec<u8>,
    size: u64,
}

/// A file that was written.
#[derive(Debug)]
pub(crate) struct Stored {
    /// Absolute.
    pub(crate) path: String,
    pub(crate) size: u64,
}

impl Spool {
    /// Makes the folder below `parent`, with a name that nobody can foresee.
    ///
    /// # Errors
    /// [`Kind::NoRoom`] when the disk is full, and [`Kind::Internal`] when it takes no folder at all.
    pub(crate) async fn create(parent: &Path) -> Result<Self, Failure> {
        let parent = parent.to_owned();
        let folder = off_thread(move || Folder::create(&parent)).await?;
        Ok(Self { folder: Arc::new(folder), files: 0 })
    }

    /// The next file. Its name is a number: what a client calls it never reaches the disk.
    pub(crate) fn next_file(&mut self) -> Writer {
        let name = self.files.to_string();
        self.files += 1;
        Writer { folder: Arc::clone(&self.folder), name, file: None, batch: Vec::new(), size: 0 }
    }
}

impl Writer {
    /// Appends bytes; waits for the disk now and then.
    ///
    /// # Errors
    /// [`Kind::NoRoom`] when the disk is full, or so nearly that hardly anything else would fit.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.batch.extend_from_slice(bytes);
        self.size += bytes.len() as u64;
        if self.batch.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    /// Writes what is left; the file is there then, even an empty one.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub(crate) async fn finish(mut self) -> Result<Stored, Failure> {
        self.flush().await?;
        Ok(Stored { path: self.folder.path_of(&self.name), size: self.size })
    }

    /// The folder goes along: should the request be dropped meanwhile, the folder outlives the writing, so
    /// that its removal misses nothing.
    async fn flush(&mut self) -> Result<(), Failure> {
        let (folder, name) = (Arc::clone(&self.folder), self.name.clone());
        let (file, mut batch) = (self.file.take(), mem::take(&mut self.batch));
        let written = off_thread(move || {
            folder.check_room(batch.len())?;
            let mut file = file.map_or_else(|| folder.create_file(&name), Ok)?;
            file.write_all(&batch).map_err(|error| failed(&error))?;
            batch.clear();
            Ok((file, batch))
        });
        let (file, batch) = written.await?;
        (self.file, self.batch) = (Some(file), batch);
        Ok(())
    }
}

/// Why an upload cannot be kept. Only its detail, which the owner alone may see, has a path in it.
fn failed(error: &io::Error) -> Failure {
    let (kind, message) = match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOSPC | Errno::DQUOT) => (Kind::NoRoom, "there is no room to keep an upload"),
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM) => {
            (Kind::NoProcess, "the system has no descriptor left to keep an upload with")
        }
        _ => (Kind::Internal, "an upload cannot be kept where uploads are kept"),
    };
    Failure::new(kind, message)
        .remedy("the server's owner can name another folder with --temp-dir")
        .detail(error.to_string())
}
