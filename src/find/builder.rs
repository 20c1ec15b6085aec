//! The public way to make a service: what was asked for, before anything was looked up.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    error::Error,
    find::{
        asked::{Bodies, Limits, Source},
        assemble::assemble,
        environment::{Base, Settings},
    },
    service::{Caps, Errors, Format, LogLine, LogSink, Protocol, Service, Warm},
};

/// What a [`Service`] is to be; made by [`Service::builder`].
///
/// One of [`file`](Self::file), [`command`](Self::command) and [`code`](Self::code) says what runs, and
/// the last of them counts. Nothing is looked up before [`build`](Self::build).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use http_body_util::BodyExt;
/// # let folder = tempfile::tempdir()?;
/// let variables = folder.path().join(".env");
/// std::fs::write(&variables, "A=1\nB=2\n")?;
/// let service = stackvana::Service::builder()
///     .file("/bin/sh")
///     .arguments(["-c", "echo $A $B $HOME; pwd"])
///     .directory("/")
///     .clear_env()
///     .env_file(variables)
///     .env("B", "3")
///     .build()?;
/// let response = stackvana::spawn(&service, http::Request::new(String::new())).await;
/// assert_eq!(response.into_body().collect().await?.to_bytes(), "1 3\n/\n");
/// # Ok(())
/// # }
/// ```
///
/// The interpreter of a script is looked for at once:
///
/// ```
/// let code = stackvana::Service::builder().code("print(1)").language("python").raw();
/// assert!(code.interpreter("/nowhere/python3").build().unwrap_err().is_missing_interpreter());
/// ```
///
/// A request that passes a limit is refused or ended:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::time::Duration;
/// # use stackvana::{Caps, Service, spawn};
/// let slow = Service::builder().command(["sleep", "60"]).timeout(Some(Duration::from_secs(5)));
/// let slow = slow.first_byte_timeout(Some(Duration::from_millis(50))).idle_timeout(None);
/// let slow = slow.kill_grace(Duration::from_millis(50)).parse();
/// let service = slow.caps(Caps::default()).max_body(8).max_upload(0).build()?;
/// let json = http::Request::post("/").header("Content-Type", "application/json");
/// assert_eq!(spawn(&service, json.body("[\"too long\"]".to_owned())?).await.status(), 413);
/// assert_eq!(spawn(&service, http::Request::new(String::new())).await.status(), 504);
/// # Ok(())
/// # }
/// ```
///
/// What it writes is read as this says:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), stackvana::Error> {
/// # use stackvana::{Errors, Service, spawn};
/// let (sender, mut lines) = tokio::sync::mpsc::unbounded_channel();
/// let shell = Service::builder().command(["/bin/sh", "-c", "cat <&4; echo done >&2; exit 3"]);
/// let shell = shell.document().content_type("application/json").ok_exit([3]);
/// let shell = shell.errors(Errors::ShowLocal).half_close().buffering_hint();
/// let shell = shell.log(move |line| sender.send(line.text.to_owned()).expect("somebody listens"));
/// let service = shell.build()?;
/// let response = spawn(&service, http::Request::new(String::new())).await;
/// assert_eq!(response.headers()["content-type"], "application/json");
/// assert_eq!(lines.recv().await.as_deref(), Some("done"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder makes nothing before `build`"]
pub struct Builder {
    pub(super) source: Source,
    pub(super) language: Option<String>,
    pub(super) interpreter: Option<PathBuf>,
    pub(super) arguments: Vec<OsString>,
    pub(super) directory: Option<PathBuf>,
    pub(super) environment: Settings,
    pub(super) limits: Limits,
    pub(super) caps: Caps,
    pub(super) protocol: Protocol,
    pub(super) bodies: Bodies,
    pub(super) schema: Option<String>,
    pub(super) document: Option<Format>,
    pub(super) content_type: Option<String>,
    pub(super) ok_exit: Vec<i32>,
    pub(super) errors: Errors,
    pub(super) half_close: bool,
    pub(super) buffering_hint: bool,
    pub(super) log: Option<LogSink>,
    /// None until somebody has said something.
    pub(super) warm: Option<Warm>,
    pub(super) preload: Option<Vec<String>>,
}

impl Service {
    /// Begins a service; [`Builder::build`] makes it.
    pub fn builder() -> Builder {
        Builder {
            source: Source::Nothing,
            language: None,
            interpreter: None,
            arguments: Vec::new(),
            directory: None,
            environment: Settings::default(),
            limits: Limits::default(),
            caps: Caps::default(),
            protocol: Protocol::Stack,
            bodies: Bodies::ByKind,
            schema: None,
            document: None,
            content_type: None,
            ok_exit: vec![0],
            errors: Errors::default(),
            half_close: false,
            buffering_hint: false,
            log: None,
            warm: None,
            preload: None,
        }
    }
}

impl Builder {
    /// Serves that file: a script of a known language, or an executable.
    ///
    /// Its folder becomes the working directory of every request.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.source = Source::File(path.into());
        self
    }

    /// Serves that program with those words, the first looked for on the `PATH`; no shell reads them.
    ///
    /// The working directory is this process's own at [`build`](Self::build).
    pub fn command<W: Into<OsString>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.source = Source::Command(words.into_iter().map(Into::into).collect());
        self
    }

    /// Serves that source text; [`language`](Self::language) must say what it is written in.
    ///
    /// It is kept in a private temporary file for as long as the service lives, and runs in this
    /// process's own working directory at [`build`](Self::build).
    pub fn code(mut self, source: impl Into<String>) -> Self {
        self.source = Source::Code(source.into());
        self
    }

    /// Names the language, or an alias of it, instead of detecting it by extension or first line.
    pub fn language(mut self, name: impl Into<String>) -> Self {
        self.language = Some(name.into());
        self
    }

    /// Runs the script by that interpreter: a path, or a name on the `PATH`.
    pub fn interpreter(mut self, path: impl Into<PathBuf>) -> Self {
        self.interpreter = Some(path.into());
        self
    }

    /// Gives the script or program these words of its own, the same for every request.
    pub fn arguments<W: Into<OsString>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.arguments = words.into_iter().map(Into::into).collect();
        self
    }

    /// Starts every process in that folder, instead of the script's own or, for a command, this process's.
    pub fn directory(mut self, folder: impl Into<PathBuf>) -> Self {
        self.directory = Some(folder.into());
        self
    }

    /// Sets one environment variable of every process.
    ///
    /// Names that only a request or the server may set (`STACK_…`, `HTTP_…`, the meta-variables of
    /// RFC 3875) make [`build`](Self::build) fail; `HTTP_PROXY` is allowed.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.variables.push((name.into(), value.into()));
        self
    }

    /// Sets the environment variables of that file, a `NAME=value` a line; [`env`](Self::env) wins.
    pub fn env_file(mut self, path: impl AsRef<Path>) -> Self {
        self.environment.files.push(path.as_ref().to_owned());
        self
    }

    /// Gives processes nothing of this process's own environment, not even `PATH`.
    pub fn clear_env(mut self) -> Self {
        self.environment.base = Base::Empty;
        self
    }

    /// Limits the whole request, from its process's start; `None` lifts every limit of time.
    ///
    /// Either replaces the default of 10 s to the first byte and 10 s of silence, which can still be set.
    pub fn timeout(mut self, limit: Option<Duration>) -> Self {
        self.limits.total = Some(limit);
        self
    }

    /// Limits the time to the first byte of the answer; `None` lifts that limit.
    pub fn first_byte_timeout(mut self, limit: Option<Duration>) -> Self {
        self.limits.first_byte = Some(limit);
        self
    }

    /// Limits how long no byte may move in either direction; `None` lifts that limit.
    pub fn idle_timeout(mut self, limit: Option<Duration>) -> Self {
        self.limits.silence = Some(limit);
        self
    }

    /// Sets the time between SIGTERM and SIGKILL when a process must end; 250 ms by default.
    pub fn kill_grace(mut self, grace: Duration) -> Self {
        self.limits.kill_grace = Some(grace);
        self
    }

    /// Sets how large requests may be, all at once.
    pub fn caps(mut self, caps: Caps) -> Self {
        self.caps = caps;
        self
    }

    /// Caps a body that is parsed into memory, in bytes; 10 MiB by default.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.caps.body = bytes;
        self
    }

    /// Caps all files of one multipart body together, in bytes; 1 GiB by default.
    pub fn max_upload(mut self, bytes: u64) -> Self {
        self.caps.upload = bytes;
        self
    }

    /// Takes the output for that of a CGI program: a header block, an empty line, the body (RFC 3875).
    ///
    /// A script is then given to its interpreter alone, or executed where it is executable and its first line
    /// names one. Its file is `SCRIPT_FILENAME`, and `REDIRECT_STATUS` is 200. Without a header block that can be
    /// taken the answer is 502, and no byte of the output is in it.
    ///
    /// ```
    /// # fn main() -> Result<(), stackvana::Error> {
    /// let service = stackvana::Service::builder()
    ///     .command(["printf", "Status: 404 Not Found\nContent-Type: text/plain\n\nno such page\n"])
    ///     .cgi()
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cgi(mut self) -> Self {
        self.protocol = Protocol::Cgi;
        self
    }

    /// Makes parameters of forms and JSON bodies for a program too, as scripts have it.
    pub fn parse(mut self) -> Self {
        self.bodies = Bodies::Parsed;
        self
    }

    /// Leaves every body as it is, for a script too; it is streamed to standard input.
    pub fn raw(mut self) -> Self {
        self.bodies = Bodies::Raw;
        self
    }

    /// Checks the parameters of every request against that JSON Schema before anything is started for it.
    ///
    /// It describes one object, in which path, body and query are merged. Texts of query, form and path become the
    /// types that it asks for, `default`s fill in what is missing, and a request that does not fit is answered with
    /// 400 and the list of all its failures. Draft 2020-12 unless `$schema` names another; `docs/schema.md` has the
    /// rules.
    ///
    /// ```
    /// # fn main() -> Result<(), stackvana::Error> {
    /// let service = stackvana::Service::builder()
    ///     .command(["env"])
    ///     .schema(r#"{"properties": {"age": {"type": "integer", "minimum": 0}}, "required": ["age"]}"#)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "schema")]
    pub fn schema(mut self, json: impl Into<String>) -> Self {
        self.schema = Some(json.into());
        self
    }

    /// Gives a program the request document in JSON on descriptor 4; scripts always have theirs.
    pub fn document(mut self) -> Self {
        self.document = Some(Format::Json);
        self
    }

    /// Sets the `Content-Type` of answers that name none.
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Accepts these exit codes as success, besides 0.
    pub fn ok_exit(mut self, codes: impl IntoIterator<Item = i32>) -> Self {
        self.ok_exit = vec![0];
        self.ok_exit.extend(codes.into_iter().filter(|&code| code != 0));
        self
    }

    /// Sets who may see what a failing service wrote to its standard error; nobody by default.
    pub fn errors(mut self, errors: Errors) -> Self {
        self.errors = errors;
        self
    }

    /// Sets whether processes are started before their requests; never by default.
    pub fn warm(mut self, warm: Warm) -> Self {
        self.warm = Some(warm);
        self
    }

    /// Modules that a process which starts before its request loads besides those that its script names; an empty list
    /// says that it loads none ahead. What such a name is, the language says: `flask`, `json`, `vendor/autoload.php`.
    pub fn preload<I: IntoIterator<Item: Into<String>>>(mut self, names: I) -> Self {
        self.preload = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// As [`Self::warm`], unless that was set already.
    #[cfg(feature = "cli")]
    pub(crate) fn warm_by_default(self, warm: Warm) -> Self {
        Self { warm: self.warm.or(Some(warm)), ..self }
    }

    /// Takes a client that closed its sending half for one that still waits for the answer.
    pub fn half_close(mut self) -> Self {
        self.half_close = true;
        self
    }

    /// Says in the log, once, when a program's first byte came only at its exit.
    pub fn buffering_hint(mut self) -> Self {
        self.buffering_hint = true;
        self
    }

    /// Hands every line of the service's log to this function, besides the `tracing` events.
    ///
    /// It is called on a worker of the runtime, so it must not block.
    pub fn log(mut self, take: impl Fn(LogLine<'_>) + Send + Sync + 'static) -> Self {
        self.log = Some(LogSink::new(take));
        self
    }

    /// Looks everything up and makes the service.
    ///
    /// # Errors
    ///
    /// When the file, program or interpreter is missing, the language is unknown, or a setting has a
    /// value that it cannot have; the `is_*` questions of [`Error`] tell which.
    pub fn build(self) -> Result<Service, Error> {
        assemble(self)
    }
}
