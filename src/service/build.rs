//! Languages whose sources are built before they run: how, in the words of the table, and what a built
//! service promises.

use std::{fmt::Debug, future::Future, pin::Pin, sync::Arc};

use tokio::sync::Semaphore;

use super::Launch;
use crate::failure::Failure;

/// How a source of a language becomes what is run.
///
/// In the words `{source}` stands for the user's file, `{output}` for what is to be made, `{support}` for the
/// folder with the language's own files from `langs/`, `{interpreter}` for the program that its row names, and
/// `{language}` for its name. Commands work in a folder of their own.
#[derive(Debug)]
pub(crate) struct Compiler {
    pub(crate) steps: &'static [Step],
    /// The words that make the first step's program print its version.
    pub(crate) version: &'static [&'static str],
    pub(crate) inputs: Inputs,
    pub(crate) product: Product,
}

impl Compiler {
    /// Whether the user's file is what is built.
    pub(crate) fn takes_script(&self) -> bool {
        !matches!(self.product, Product::Image(_))
    }
}

/// One command of a build.
#[derive(Debug)]
pub(crate) struct Step {
    /// The absolute path of what is run; none is the language's interpreter.
    pub(crate) program: Option<&'static str>,
    pub(crate) words: &'static [&'static str],
}

/// How the files that went into a build, beside the source, are learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inputs {
    /// There are none.
    SourceAlone,
    /// The compiler writes a makefile rule of this name into the working folder.
    Dependencies(&'static str),
}

/// What a build makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    /// A program, executed itself.
    Program,
    /// Something that the interpreter runs with these words.
    Code(&'static [&'static str]),
    /// The bridge as the interpreter has loaded it, for every script: these words stand before all others. The
    /// source of the build is the bridge itself.
    Image(&'static [&'static str]),
    /// Text that the bridge runs in place of the source: `STACK_COMPILED` is its path.
    Text,
}

/// Makes what is run of a source, and makes it anew when the source has changed.
pub(crate) trait Builds: Debug + Send + Sync {
    /// What is run for the source as it is now; waits where that is being built. At most as many builds run at
    /// once as `gate` has permits.
    ///
    /// # Errors
    /// The compiler's words, or why it could not be run.
    fn launch<'a>(
        &'a self,
        gate: &'a Arc<Semaphore>,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Launch>, Failure>> + Send + 'a>>;

    /// As [`Self::launch`], where it would not wait.
    fn now(&self, gate: &Arc<Semaphore>) -> Option<Result<Arc<Launch>, Failure>>;

    /// Begins the build that [`Self::launch`] would wait for, if any.
    fn begin(&self, gate: &Arc<Semaphore>);

    /// From now on the program that was whole last, or until then `old`, answers while something new is built.
    fn keep(&self, old: Option<Arc<Launch>>);

    /// The program that [`Self::keep`] has kept.
    fn last(&self) -> Option<Arc<Launch>>;
}

/// Where a request's process comes from.
#[derive(Clone, Debug)]
pub(crate) enum Start {
    /// The same for every request.
    Ready(Arc<Launch>),
    /// Of a source that is built first.
    Built(Arc<dyn Builds>),
}

impl Start {
    /// What is executed now, where nobody has to wait for it.
    pub(crate) fn now(&self, gate: &Arc<Semaphore>) -> Option<Result<Arc<Launch>, Failure>> {
        match self {
            Self::Ready(launch) => Some(Ok(Arc::clone(launch))),
            Self::Built(build) => build.now(gate),
        }
    }

    /// What is executed now.
    ///
    /// # Errors
    /// Those of [`Builds::launch`].
    pub(crate) async fn launch(&self, gate: &Arc<Semaphore>) -> Result<Arc<Launch>, Failure> {
        match self {
            Self::Ready(launch) => Ok(Arc::clone(launch)),
            Self::Built(build) => build.launch(gate).await,
        }
    }

    /// Begins what requests would wait for.
    pub(crate) fn begin(&self, gate: &Arc<Semaphore>) {
        if let Self::Built(build) = self {
            build.begin(gate);
        }
    }

    /// From now on requests never wait for a build while there is an older program, `old`'s or an own.
    pub(crate) fn keep(&self, old: Option<&Self>) {
        if let Self::Built(build) = self {
            let last = old.and_then(|old| match old {
                Self::Built(old) => old.last(),
                Self::Ready(_) => None,
            });
            build.keep(last);
        }
    }
}

#[cfg(test)]
impl Start {
    /// What every request starts.
    pub(crate) fn ready(&self) -> &Launch {
        match self {
            Self::Ready(launch) => launch,
            Self::Built(build) => panic!("{build:?} is built first"),
        }
    }
}
