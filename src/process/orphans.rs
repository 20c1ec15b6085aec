//! What process 1 of a container owes: reaping the orphans that end up with it.

use std::time::Duration;

use tokio::time::sleep;

use super::guardian::is_ours;
use crate::os::{Wait, any_zombie, wait};

/// How often the zombies are looked at while the first of them is one that a request still waits for.
const PAUSE: Duration = Duration::from_millis(20);
/// After so many looks its owner has had its time; the next SIGCHLD brings the rest.
const LOOKS: usize = 50;

/// Reaps every zombie that no request waits for. To be called at each SIGCHLD of process 1.
pub(crate) async fn reap_orphans() {
    let mut looks = 0;
    while let Some(pid) = any_zombie() {
        if !is_ours(pid) {
            let _ = wait(pid, Wait::Not);
        } else if looks == LOOKS {
            return;
        } else {
            looks += 1;
            sleep(PAUSE).await;
        }
    }
}
