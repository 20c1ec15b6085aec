//! How long and how large a request may be, as data with the documented defaults.

use std::{sync::atomic::AtomicBool, time::Duration};

/// How long the requests of one service may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timeouts {
    /// The whole request, from the process's start; none by default.
    pub(crate) total: Option<Duration>,
    /// Until the first byte of the answer, counted anew while the request body still arrives; 10 s.
    pub(crate) first_byte: Option<Duration>,
    /// How long no byte may move in either direction; 10 s, never for `text/event-stream`.
    pub(crate) silence: Option<Duration>,
    /// Between SIGTERM and SIGKILL; 250 ms.
    pub(crate) kill_grace: Duration,
    /// How long the next byte of a body that is parsed may take; 30 s.
    pub(crate) body: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            total: None,
            first_byte: Some(Duration::from_secs(10)),
            silence: Some(Duration::from_secs(10)),
            kill_grace: Duration::from_millis(250),
            body: Duration::from_secs(30),
        }
    }
}

/// How large the requests of one service may be.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stackvana::{Caps, Service, spawn};
///
/// let mut caps = Caps::default();
/// caps.parameters = 1;
/// let service = Service::builder().command(["env"]).caps(caps).parse().build()?;
/// let response = spawn(&service, http::Request::get("/?a=1&b=2").body(String::new())?).await;
/// assert_eq!(response.status(), 400);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caps {
    /// Bytes of a body that is parsed into memory; 10 MiB.
    pub body: usize,
    /// Bytes of all files of one multipart body; 1 GiB.
    pub upload: u64,
    /// Parameters of query and body together; 1,000.
    pub parameters: usize,
    /// Bytes of standard error that reach the log for one request; 1 MiB.
    pub log: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { body: 10 << 20, upload: 1 << 30, parameters: 1_000, log: 1 << 20 }
    }
}

/// Who may see what a failing service wrote: its standard error and its trace.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), stackvana::Error> {
/// use http_body_util::BodyExt;
/// use stackvana::{Errors, Service, spawn};
///
/// for (errors, is_shown) in [(Errors::Hide, false), (Errors::Show, true)] {
///     let failing = Service::builder().command(["/bin/sh", "-c", "echo oops >&2; exit 1"]);
///     let response = spawn(&failing.errors(errors).build()?, http::Request::new(String::new())).await;
///     let page = response.into_body().collect().await?.to_bytes();
///     assert_eq!(String::from_utf8_lossy(&page).contains("oops"), is_shown);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Errors {
    /// Nobody but the log; the default of the library.
    #[default]
    Hide,
    /// Clients on this machine that no proxy stands before, judged by `Host` and forwarding headers.
    ShowLocal,
    /// Everybody.
    Show,
}

/// Whether processes are started before their requests: spares, which have loaded their script and wait, and forks.
///
/// A spare serves one request and is as fresh as any other process. Only a script whose bridge takes the request's
/// variables from the request document can have spares; see `docs/warm.md`.
///
/// ```no_run
/// # fn main() -> Result<(), stackvana::Error> {
/// use stackvana::{Service, Warm};
///
/// let report = Service::builder().file("./report.rb").warm(Warm::Spares(2)).build()?;
/// let shop = Service::builder().file("./shop.py").warm(Warm::Fork).preload(["shop_models"]).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Warm {
    /// Never; the default of the library.
    #[default]
    Off,
    /// Where the language takes more than about 3 ms to start: up to 8, as many as the load asks for.
    Auto,
    /// Up to so many, as many as the load asks for.
    Spares(usize),
    /// Forks of a process that has loaded the script and what it imports, installed packages too, in Python, Ruby, PHP,
    /// Perl, R and Scheme; elsewhere, and where there can be none, spares.
    ///
    /// A script can notice this: read `docs/warm.md` first. Needs the feature `fork`.
    Fork,
}

/// What is started for a service before its requests.
#[derive(Debug, Default)]
pub(crate) struct Warmth {
    /// How many processes may wait for requests.
    pub(crate) spares: usize,
    /// Whether they are forks, and which variables what they are forked from has besides.
    pub(crate) forks: Option<&'static [(&'static str, &'static str)]>,
    /// Whether the bridge loads what the script will need.
    pub(crate) imports: bool,
    /// What it loads besides what the script names; an empty list says that nothing is loaded.
    pub(crate) preload: Option<Vec<String>>,
    /// Whether it turned out that there can be no forks.
    pub(crate) refused: AtomicBool,
}
