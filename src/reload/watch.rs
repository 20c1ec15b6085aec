//! When a folder has changed: told once it has been quiet for a moment, so that what is half written is not read.

use std::{path::Path, time::Duration};

use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use crate::error::{Error, ErrorKind};

/// How long nothing may have changed before it is looked at.
const QUIET: Duration = Duration::from_millis(50);
/// How long changes that never end may put that off.
const LATEST: Duration = Duration::from_secs(2);

/// A folder and all below it, watched.
pub(crate) struct Watch {
    /// One place: that something has changed, not how often.
    changes: mpsc::Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Watches from now on.
    ///
    /// # Errors
    /// When the system has no watch left to give.
    pub(crate) fn of(folder: &Path) -> Result<Self, Error> {
        let (sender, changes) = mpsc::channel(1);
        let heard = move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, matters) {
                // A full place says the same.
                let _ = sender.try_send(());
            }
        };
        let watch = |error: notify::Error| {
            let message = format!("cannot watch {}: {error}", folder.display());
            let remedy = "raise fs.inotify.max_user_watches, or reload by SIGHUP";
            Error::new(ErrorKind::System, message).remedy(remedy)
        };
        let mut watcher = RecommendedWatcher::new(heard, Config::default()).map_err(watch)?;
        watcher.watch(folder, RecursiveMode::Recursive).map_err(watch)?;
        Ok(Self { changes, _watcher: watcher })
    }

    /// Returns at the next change; never when nothing changes.
    pub(crate) async fn began(&mut self) {
        // The sender lives in the watcher, so the channel cannot be closed.
        let _ = self.changes.recv().await;
    }

    /// Returns once it has been quiet.
    pub(crate) async fn quiet(&mut self) {
        let latest = Instant::now() + LATEST;
        while Instant::now() < latest {
            let quiet = (Instant::now() + QUIET).min(latest);
            if timeout_at(quiet, self.changes.recv()).await.is_err() {
                return;
            }
        }
    }
}

/// Whether the event is more than that somebody read: the watcher must not hear its own reading.
fn matters(event: &Event) -> bool {
    !matches!(event.kind, EventKind::Access(_))
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}
