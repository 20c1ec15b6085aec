//! `stack invoke FILE|NAME|URL`: one request without a server, or to one.
//!
//! `request` makes it from what was typed; `once` has it answered by a service of this machine, `remote` by
//! whoever listens at a URL.

mod remote;
mod request;

use std::process::ExitCode;

pub(super) use self::remote::Patience;
use self::{
    remote::remote,
    request::{Asked, request},
};
use crate::cli::{
    config::{Destination, Invoke},
    once::{Shown, once},
};

/// Makes the request, and prints the answer as it comes.
pub(super) async fn invoke(invoke: Invoke) -> anyhow::Result<ExitCode> {
    let Invoke { to, request: flags } = invoke;
    let shown = if flags.include { Shown::All } else { Shown::Body };
    match to {
        Destination::Service(service) => {
            let asked = Asked { host: "localhost", target: flags.path.as_deref().unwrap_or("/") };
            once(*service, request(&flags, asked)?, shown).await
        }
        Destination::Url(url, patience) => {
            let asked = Asked { host: url.authority(), target: url.target() };
            let request = request(&flags, asked)?;
            remote(&url, request, shown, patience).await
        }
    }
}
