//! One build from its source to a program in the store.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, SystemTime},
};

use super::{
    Made,
    command::{Said, run},
    inputs::{Stamps, learned},
    recipe::Recipe,
    store::{Held, Scratch, Store},
};
use crate::{
    cache::random,
    failure::{Failure, Kind},
    service::{Keep, Launch, Printable},
    spool::off_thread,
};

/// The exit code by which a command says, as a shell does, that there is no compiler for it to call.
const NO_COMPILER: i32 = 127;

/// The program of the source as it is now, out of the store or built.
///
/// A failure that the source is to blame for holds until a file changes; any other is for this request alone.
pub(super) async fn make(recipe: &Arc<Recipe>) -> Made {
    // Before anything is read: a change from now on makes what comes of it outdated.
    let stamps = Stamps::of([recipe.source.clone()]);
    let mut making = Making { recipe, stamps, begun: SystemTime::now() };
    match making.program().await {
        Ok(launch) => Made { stamps: making.stamps, outcome: Ok(launch) },
        Err(Failed::Words(failure)) => Made { stamps: making.stamps, outcome: Err(failure) },
        Err(Failed::Now(failure)) => Made { stamps: Stamps::default(), outcome: Err(failure) },
    }
}

enum Failed {
    /// The compiler's own words.
    Words(Failure),
    /// Something that may be better at the next try.
    Now(Failure),
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self::Now(failure)
    }
}

struct Making<'a> {
    recipe: &'a Arc<Recipe>,
    stamps: Stamps,
    begun: SystemTime,
}

impl Making<'_> {
    async fn program(&mut self) -> Result<Arc<Launch>, Failed> {
        let version = self.version().await?;
        let recipe = Arc::clone(self.recipe);
        let Known { store, source_key, inputs, found } =
            off_thread(move || look_up(&recipe, &version)).await?;
        self.stamps.merge(inputs);
        let held = match found {
            Found::Built(held) => held,
            Found::Missing { scratch, around } => {
                let scratch = self.build(scratch, around).await?;
                let (recipe, store) = (Arc::clone(self.recipe), Arc::clone(&store));
                let (stamps, begun) = (self.stamps.clone(), self.begun);
                let published =
                    off_thread(move || publish((&recipe, &store), &scratch, source_key, (stamps, begun)));
                let (stamps, held) = published.await?;
                self.stamps = stamps;
                held
            }
        };
        self.finished(held, store)
    }

    /// Makes the program in the scratch folder; `around` is what may heal a failure of the source.
    async fn build(&mut self, scratch: Scratch, around: Stamps) -> Result<Scratch, Failed> {
        let started = Instant::now();
        let name = self.name();
        match self.run_commands(&scratch).await? {
            Ok(words) => {
                let seconds = started.elapsed().as_secs_f64();
                tracing::info!(target: "stack::build", "built {name} in {seconds:.1} s");
                say(&words);
                Ok(scratch)
            }
            Err(words) => {
                // A compiler that fails may not tell what it has read, and a missing file may come to stand there.
                self.stamps.merge(around);
                let recipe = Arc::clone(self.recipe);
                let inputs = off_thread(move || Ok(learned(recipe.inputs, &recipe.source, scratch.path())));
                self.stamps.add_learned(&inputs.await?, self.begun);
                Err(Failed::Words(refused(&name, &words)))
            }
        }
    }

    /// What the compiler calls itself, since another version may build another program.
    async fn version(&self) -> Result<String, Failure> {
        let recipe = self.recipe;
        let places = recipe.places(Path::new("/"));
        let said = run(&recipe.version, &places, (&recipe.environment, Path::new("/"))).await?;
        Ok(said.text)
    }

    /// What the compilers said of a source that they took, or did not take.
    async fn run_commands(&self, scratch: &Scratch) -> Result<Result<String, String>, Failure> {
        let recipe = self.recipe;
        let output = scratch.product().join(recipe.product());
        let places = recipe.places(&output);
        let mut words = String::new();
        for command in &recipe.commands {
            let Said { code, text } = run(command, &places, (&recipe.environment, scratch.path())).await?;
            match code {
                0 => words += &text,
                NO_COMPILER => {
                    let message = format!("{} needs a compiler that is not here", self.name());
                    return Err(Failure::new(Kind::ProgramMissing, message).remedy(text.trim()));
                }
                _ => return Ok(Err(text)),
            }
        }
        Ok(Ok(words))
    }

    fn finished(&mut self, held: Held, store: Arc<Store>) -> Result<Arc<Launch>, Failed> {
        let output = held.path(self.recipe.product());
        // Somebody may empty the cache.
        self.stamps.merge(Stamps::of([output.clone()]));
        let places = self.recipe.places(&output);
        let launch = self.recipe.runs.launch(&places, Arc::new(Kept { _held: held, _store: store }));
        launch.ok_or_else(|| Failure::new(Kind::Internal, "a path has a NUL in it").into())
    }

    fn name(&self) -> String {
        let name = self.recipe.source.file_name().unwrap_or_default();
        Printable(&name.to_string_lossy()).to_string()
    }
}

/// What keeps a program where it is.
#[derive(Debug)]
struct Kept {
    _held: Held,
    _store: Arc<Store>,
}

impl Keep for Kept {}

/// What the store knows of a source.
struct Known {
    store: Arc<Store>,
    source_key: u64,
    /// What the last build of this source has read, as it is now.
    inputs: Stamps,
    found: Found,
}

enum Found {
    Built(Held),
    Missing {
        /// Where it can be built.
        scratch: Scratch,
        /// What stands in the source's folder and below.
        around: Stamps,
    },
}

/// Looks for a build of just this source, this compiler, these commands, and the files that went into the last
/// build of them.
fn look_up(recipe: &Recipe, version: &str) -> Result<Known, Failure> {
    let source_key = source_key(recipe, version).map_err(|error| unreadable(&recipe.source, &error))?;
    let store = Store::open().map_err(|error| no_room(&error))?;
    let paths = store.inputs(source_key);
    let inputs = Stamps::of(paths.iter().cloned());
    let held = whole_key(source_key, &paths).ok().and_then(|key| store.find(key, recipe.product()));
    let found = match held {
        Some(held) => Found::Built(held),
        None => Found::Missing {
            scratch: store.scratch().map_err(|error| no_room(&error))?,
            around: recipe.source.parent().map(Stamps::around).unwrap_or_default(),
        },
    };
    Ok(Known { store: Arc::new(store), source_key, inputs, found })
}

/// Keeps what was built under the name of what it was built of.
fn publish(
    (recipe, store): (&Recipe, &Store),
    scratch: &Scratch,
    source_key: u64,
    (mut stamps, begun): (Stamps, SystemTime),
) -> Result<(Stamps, Held), Failure> {
    let inputs = learned(recipe.inputs, &recipe.source, scratch.path());
    stamps.add_learned(&inputs, begun);
    let publish = || {
        store.remember(source_key, &inputs)?;
        let key = whole_key(source_key, &inputs);
        // What has changed since may have been read before or after, so nobody may find it under what it is now.
        let key = if stamps.hold() { key? } else { random()? };
        store.publish(scratch, (key, recipe.product()))
    };
    let held = publish().map_err(|error| no_room(&error))?;
    Ok((stamps, held))
}

/// The source by its path, which error messages have in them, and its content; the compiler; the commands; the
/// variables that change what they do.
fn source_key(recipe: &Recipe, version: &str) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    hash_file(&recipe.source, &mut hasher)?;
    recipe.support.hash(&mut hasher);
    version.hash(&mut hasher);
    for command in &recipe.commands {
        (&command.program, &command.words).hash(&mut hasher);
    }
    recipe.heeded.hash(&mut hasher);
    Ok(hasher.finish())
}

fn whole_key(source_key: u64, inputs: &[PathBuf]) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    source_key.hash(&mut hasher);
    for path in inputs {
        hash_file(path, &mut hasher)?;
    }
    Ok(hasher.finish())
}

/// The path and the content, piece by piece: a file may be larger than the memory.
fn hash_file(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    // A pipe would be waited for.
    let mut file = fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    path.hash(hasher);
    let (mut piece, mut length) = (vec![0; 64 << 10], 0_usize);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            count => {
                hasher.write(&piece[..count]);
                length += count;
            }
        }
    }
    length.hash(hasher);
    Ok(())
}

fn refused(name: &str, words: &str) -> Failure {
    tracing::error!(target: "stack::build", "{name} could not be built");
    say(words);
    Failure::new(Kind::Build, format!("{name} could not be built"))
        .remedy("its compiler says why, in the log; it is tried again when a file changes")
        .detail(words.to_owned())
}

/// The compiler's words, line by line, for the owner.
fn say(words: &str) {
    for line in words.lines() {
        tracing::info!(target: "stack::build", "{}", Printable(line));
    }
}

fn unreadable(source: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Build, format!("cannot read {}: {error}", source.display()))
}

fn no_room(error: &io::Error) -> Failure {
    Failure::new(Kind::Build, format!("cannot keep what was built: {error}"))
        .remedy("give it room in $XDG_CACHE_HOME or in $TMPDIR")
}
