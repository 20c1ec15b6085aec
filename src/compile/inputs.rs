//! What a build was made of: how the files are learned from the compiler, and whether they are as they were.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{
    cache::{Stamp, was_written_since},
    service::Inputs,
};

/// How many files a build may name; of more, those beside the source come first.
const MOST: usize = 1_000;

/// The files that an outcome came from, as they were before they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Stamps(BTreeMap<PathBuf, Option<Stamp>>);

impl Stamps {
    /// The files as they are now; one that is not there counts as changed once it is.
    pub(super) fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let stamped = paths.into_iter().map(|path| (Stamp::of(&path), path));
        Self(stamped.map(|(stamp, path)| (path, stamp)).collect())
    }

    /// What stands in a folder and below it, the nearest first and so far as there is room; hidden files are left
    /// out.
    pub(super) fn around(folder: &Path) -> Self {
        let mut stamps = Self::of([folder.to_owned()]);
        let mut folders = VecDeque::from([folder.to_owned()]);
        while let Some(folder) = folders.pop_front() {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            for entry in entries.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")) {
                if stamps.0.len() >= MOST {
                    return stamps;
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push_back(entry.path());
                }
                stamps.merge(Self::of([entry.path()]));
            }
        }
        stamps
    }

    /// Adds other files; of one that is there already the earlier stamp stays.
    pub(super) fn merge(&mut self, other: Self) {
        for (path, stamp) in other.0 {
            self.0.entry(path).or_insert(stamp);
        }
    }

    /// Adds files that turned out to have been read since `begun`. One without an earlier stamp that is not older
    /// may have changed after it was read: it counts as changed.
    pub(super) fn add_learned(&mut self, paths: &[PathBuf], begun: SystemTime) {
        for path in paths.iter().filter(|path| !self.0.contains_key(*path)).collect::<Vec<_>>() {
            let stamp = Stamp::of(path).filter(|_| !was_written_since(begun, path));
            self.0.insert(path.clone(), stamp);
        }
    }

    /// Whether every one of the files is as it was. Nothing is known of an empty list, so that it never holds.
    pub(super) fn hold(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|(path, stamp)| Stamp::of(path) == *stamp)
    }

    /// Whether one of the files is known to have changed.
    pub(super) fn are_outdated(&self) -> bool {
        !self.0.is_empty() && !self.hold()
    }
}

/// The files beside the source that the compiler read, from what it wrote into the scratch folder.
pub(super) fn learned(inputs: Inputs, source: &Path, scratch: &Path) -> Vec<PathBuf> {
    let found = match inputs {
        Inputs::SourceAlone => BTreeSet::new(),
        Inputs::Dependencies(file) => {
            fs::read_to_string(scratch.join(file)).map(|text| dependencies(&text)).unwrap_or_default()
        }
    };
    let absolute = found.into_iter().map(|path| scratch.join(path));
    let mut inputs: Vec<_> = absolute.filter(|path| path != source && !path.starts_with(scratch)).collect();
    // The owner's own files are those that change.
    let folder = source.parent().unwrap_or(source);
    inputs.sort_by_key(|path| !path.starts_with(folder));
    inputs.truncate(MOST);
    inputs
}

/// The prerequisites of every rule of a makefile, as compilers write it: names parted by blanks, in which a
/// backslash stands before a blank or a number sign, and a dollar sign is doubled.
fn dependencies(text: &str) -> BTreeSet<PathBuf> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let rules = joined.lines().filter(|line| !line.starts_with('#'));
    rules.filter_map(|rule| rule.split_once(": ")).flat_map(|(_, names)| names_in(names)).collect()
}

fn names_in(text: &str) -> Vec<PathBuf> {
    let (mut names, mut name) = (Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some(&next @ (' ' | '#' | '\t'))) | ('$', Some(&next @ '$')) => {
                name.push(next);
                letters.next();
            }
            (' ' | '\t', _) => names.extend(finished(&mut name)),
            _ => name.push(letter),
        }
    }
    names.extend(finished(&mut name));
    names
}

fn finished(name: &mut String) -> Option<PathBuf> {
    (!name.is_empty()).then(|| PathBuf::from(std::mem::take(name)))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf, time::SystemTime};

    use super::{Stamps, dependencies, learned};
    use crate::service::Inputs;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn the_rules_of_a_compiler_are_read() {
        let text =
            "out.d out: /a/x.c /a/b\\ c.h \\\n  /usr/include/stdio.h /m$$n.h\n\n/a/b\\ c.h:\n# env-dep:X\n";
        let found: Vec<_> = dependencies(text).into_iter().collect();
        assert_eq!(found, paths(&["/a/b c.h", "/a/x.c", "/m$n.h", "/usr/include/stdio.h"]));
        assert!(dependencies("").is_empty());
    }

    #[test]
    fn stamps_hold_until_a_file_changes_appears_or_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (here, later) = (folder.path().join("here"), folder.path().join("later"));
        fs::write(&here, "1").unwrap();
        let stamps = Stamps::of([here.clone(), later.clone()]);
        assert!(stamps.hold());
        fs::write(&later, "").unwrap();
        assert!(!stamps.hold());
        let stamps = Stamps::of([here.clone()]);
        fs::write(&here, "12").unwrap();
        assert!(!stamps.hold());
        fs::remove_file(&here).unwrap();
        assert!(!stamps.hold());
        let nothing = Stamps::default();
        assert!(!nothing.hold() && !nothing.are_outdated(), "of nothing nothing is known");
    }

    #[test]
    fn what_stands_around_is_stamped_but_for_hidden_files() {
        let folder = tempfile::tempdir().unwrap();
        let (below, hidden) = (folder.path().join("a/b/x"), folder.path().join("a/.git"));
        fs::create_dir_all(below.parent().unwrap()).unwrap();
        fs::create_dir(&hidden).unwrap();
        fs::write(&below, "1").unwrap();
        let stamps = Stamps::around(folder.path());
        fs::write(hidden.join("x"), "").unwrap();
        assert!(stamps.hold());
        fs::write(&below, "12").unwrap();
        assert!(stamps.are_outdated());
    }

    #[test]
    fn a_learned_file_that_is_not_older_counts_as_changed_unless_it_was_stamped_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let begun = SystemTime::UNIX_EPOCH;
        fs::write(&file, "").unwrap();
        let mut stamps = Stamps::of([file.clone()]);
        stamps.add_learned(std::slice::from_ref(&file), begun);
        assert!(stamps.hold());
        let mut stamps = Stamps::default();
        stamps.add_learned(&[file], begun);
        assert!(stamps.are_outdated());
    }

    #[test]
    fn of_too_many_files_those_beside_the_source_come_first() {
        let scratch = tempfile::tempdir().unwrap();
        let others: String = (0..1_000).map(|number| format!(" /a/{number}.go")).collect();
        fs::write(scratch.path().join("inputs.d"), format!("out:{others} /b/own.go /b/main.go\n")).unwrap();
        let found = learned(Inputs::Dependencies("inputs.d"), "/b/main.go".as_ref(), scratch.path());
        assert_eq!((found.len(), found[0].to_str()), (1_000, Some("/b/own.go")));
    }
}
