//! Code that was given as text: a file of its own in a private folder, since a bridge loads files.

use std::{io, io::Write, path::PathBuf};

use crate::{
    cache::{PrivateFolder, create_private},
    error::Error,
    service::Language,
};

/// The file that holds the code, and the folder that it lives and goes with.
#[derive(Debug)]
pub(super) struct Inline {
    pub(super) file: PathBuf,
    pub(super) folder: PrivateFolder,
}

/// Writes the code into a file with the extension that the language's own interpreter expects.
pub(super) fn write(code: &str, language: &Language) -> Result<Inline, Error> {
    try_write(code, language)
        .map_err(|error| Error::system("cannot write the code to the temporary folder", error))
}

fn try_write(code: &str, language: &Language) -> io::Result<Inline> {
    let folder = PrivateFolder::create()?;
    let extension = language.starter.as_ref().map_or(language.name, |starter| starter.extension);
    let file = folder.path().join(format!("inline.{extension}"));
    create_private(&file)?.write_all(code.as_bytes())?;
    Ok(Inline { file, folder })
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::write;
    use crate::service::Language;

    #[test]
    fn row_14_code_becomes_a_private_file_that_goes_with_the_service() {
        let inline = write("print(1)\n", Language::named("python").unwrap()).unwrap();
        assert_eq!(inline.file.file_name().unwrap(), "inline.py");
        assert_eq!(fs::read_to_string(&inline.file).unwrap(), "print(1)\n");
        assert_eq!(fs::metadata(&inline.file).unwrap().permissions().mode() & 0o7777, 0o600);
        let file = inline.file.clone();
        drop(inline);
        assert!(!file.exists());
    }
}
