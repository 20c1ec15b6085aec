//! What a service in Rust is told of its request, and what it says of its answer.
//!
//! ```
//! fn main() {
//!     println!("Hello, {}!", stack::param("name").unwrap_or("world"));
//! }
//! ```
//!
//! Standard output is the body of the answer and leaves line by line, standard input is the body of the request,
//! standard error the log; `std::env` has the variables of CGI. Without a server there are no parameters, and what is
//! said of the answer goes nowhere.

use std::{
    borrow::Cow,
    env,
    fmt::{self, Display, Write as _},
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    mem::ManuallyDrop,
    os::fd::{FromRawFd, RawFd},
    path::Path,
    process,
    sync::OnceLock,
    thread,
    time::Duration,
};

type Text = Cow<'static, str>;

/// The request itself, its facts as text; what is not there is empty.
#[derive(Debug, Default)]
pub struct Request {
    pub method: Text,
    /// Path and query as they came.
    pub url: Text,
    pub path: Text,
    pub query: Text,
    /// By lower-case name.
    pub headers: Vec<(Text, Text)>,
    pub host: Text,
    pub http_version: Text,
    pub remote_address: Text,
    /// The identifier that the server's log has too.
    pub id: Text,
    /// When the request will be ended, in milliseconds of Unix time.
    pub deadline: Option<u64>,
}

impl Request {
    /// The header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// As [`param`].
    pub fn param(&self, name: &str) -> Option<&'static str> {
        param(name)
    }
}

/// The request.
pub fn req() -> &'static Request {
    &document().request
}

/// The parameter of that name. What stands in a map or a list is named as in `a[b]` and `l[0]`.
pub fn param(name: &str) -> Option<&'static str> {
    find(&document().params, name)
}

/// Every parameter, in the order in which they came.
pub fn params() -> impl Iterator<Item = (&'static str, &'static str)> {
    document().params.iter().map(|(name, value)| (&**name, &**value))
}

/// Where the file that was uploaded under that name stands. Its other facts are the parameters `f[filename]`,
/// `f[type]` and `f[size]`. A field named `f[path]` can imitate a file there, but not here.
pub fn file(name: &str) -> Option<&'static Path> {
    find(&document().files, name).map(Path::new)
}

/// Sets the status, as everything but trailers and the log before the first byte of standard output.
pub fn status(code: u16) {
    send("status", format_args!("\"value\":{code}"));
}

/// Sets the words behind the status.
pub fn status_message(text: &str) {
    send("statusMessage", format_args!("\"value\":{}", Quoted(text)));
}

/// Sets a header, in place of all earlier ones of its name.
pub fn header(name: &str, value: impl Display) {
    field("setHeader", name, value);
}

/// Adds one more header of that name, as for `Set-Cookie`.
pub fn append_header(name: &str, value: impl Display) {
    field("appendHeader", name, value);
}

/// Removes every header of that name.
pub fn remove_header(name: &str) {
    send("removeHeader", format_args!("\"name\":{}", Quoted(name)));
}

/// Sets the status, the words behind it unless they are empty, and headers.
pub fn write_head(code: u16, message: &str, headers: &[(&str, &str)]) {
    let message = if message.is_empty() { "null".to_owned() } else { Quoted(message).to_string() };
    let fields = headers.iter().map(|(name, value)| format!("[{},{}]", Quoted(name), Quoted(value)));
    let fields = fields.collect::<Vec<_>>().join(",");
    send("writeHead", format_args!("\"code\":{code},\"message\":{message},\"headers\":[{fields}]"));
}

/// Adds a field behind the body.
pub fn trailer(name: &str, value: impl Display) {
    let value = value.to_string();
    send("addTrailers", format_args!("\"trailers\":[[{},{}]]", Quoted(name), Quoted(&value)));
}

/// Writes a line to the server's log. The macro of this name takes a format.
pub fn log(words: impl Display) {
    let words = words.to_string();
    if document().control.is_none() {
        return eprintln!("{words}");
    }
    send("log", format_args!("\"text\":{}", Quoted(&words)));
}

/// Writes a line to the server's log: `stack::log!("{count} so far")`.
#[macro_export]
macro_rules! log {
    ($($words:tt)*) => { $crate::log(format_args!($($words)*)) };
}

/// Sends text or bytes of the body at once.
///
/// # Panics
/// As `print!` does, when nobody takes them any more.
pub fn write(data: impl AsRef<[u8]>) {
    let mut output = io::stdout().lock();
    output.write_all(data.as_ref()).and_then(|()| output.flush()).expect("failed printing to stdout");
}

/// Sends the last of the body with a line break, and ends the program with success.
pub fn end(text: impl Display) -> ! {
    write(format!("{text}\n"));
    send("end", format_args!(""));
    process::exit(0)
}

/// A text as JSON has it.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_char('"')?;
        for letter in self.0.chars() {
            match letter {
                '"' | '\\' => write!(out, "\\{letter}")?,
                '\0'..='\x1f' => write!(out, "\\u{:04x}", letter as u32)?,
                _ => out.write_char(letter)?,
            }
        }
        out.write_char('"')
    }
}

fn field(kind: &str, name: &str, value: impl Display) {
    let value = value.to_string();
    send(kind, format_args!("\"name\":{},\"value\":{}", Quoted(name), Quoted(&value)));
}

/// Sends one message, a line of JSON, at once: it must be there before the next byte of the body.
fn send(kind: &str, payload: fmt::Arguments<'_>) {
    let Some(mut control) = document().control.as_deref() else { return };
    let line = format!("{{\"type\":\"{kind}\",\"payload\":{{{payload}}}}}\n");
    let mut rest = line.as_bytes();
    while !rest.is_empty() {
        match control.write(rest) {
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A child made the pipe that it shares non-blocking.
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(1)),
            Err(_) => return,
        }
    }
}

/// All that the server says, and where it listens.
#[derive(Debug, Default)]
struct Document {
    request: Request,
    params: Vec<(Text, Text)>,
    files: Vec<(Text, Text)>,
    control: Option<ManuallyDrop<File>>,
}

static DOCUMENT: OnceLock<Document> = OnceLock::new();

fn document() -> &'static Document {
    DOCUMENT.get_or_init(Document::receive)
}

/// Runs before `main`, when there are no threads yet: only then can the environment be set safely.
#[cfg(target_os = "linux")]
#[used]
#[link_section = ".init_array.00101"]
static START: extern "C" fn() = {
    extern "C" fn start() {
        document();
    }
    start
};

impl Document {
    /// Waits for the request document: lines of a name, a tab and a value.
    fn receive() -> Self {
        let mut document = Self::default();
        let Some(mut pipe) = open("STACK_REQUEST", OpenOptions::new().read(true)) else { return document };
        document.control = open("STACK_CONTROL", OpenOptions::new().append(true)).map(ManuallyDrop::new);
        let mut bytes = Vec::with_capacity(16 << 10);
        // An end without a byte means that there will be no request.
        if !matches!(pipe.read_to_end(&mut bytes), Ok(1..)) {
            process::exit(1);
        }
        env::remove_var("STACK_REQUEST");
        let text: &'static str = Box::leak(String::from_utf8_lossy(&bytes).into());
        for (name, value) in text.split('\n').filter_map(|line| line.split_once('\t')) {
            document.take(unescaped(name), unescaped(value));
        }
        document
    }

    fn take(&mut self, name: Text, value: Text) {
        let Some((section, rest)) = name.split_once('.') else { return };
        match section {
            "env" if !value.contains('\0') => env::set_var(rest, &*value),
            "req" => self.request.take(rest, value),
            "params" => self.params.push((tail(name, "params.".len()), value)),
            "files" => self.files.push((tail(name, "files.".len()), value)),
            _ => {}
        }
    }
}

impl Request {
    fn take(&mut self, name: &str, value: Text) {
        match name {
            "method" => self.method = value,
            "url" => self.url = value,
            "path" => self.path = value,
            "query" => self.query = value,
            "host" => self.host = value,
            "httpVersion" => self.http_version = value,
            "connection.remoteAddress" => self.remote_address = value,
            "id" => self.id = value,
            "deadline" => self.deadline = value.parse().ok(),
            _ => {
                if let Some(header) = name.strip_prefix("headers.") {
                    self.headers.push((header.to_owned().into(), value));
                }
            }
        }
    }
}

/// What such a variable names: a descriptor that is there, or a path.
fn open(variable: &str, options: &OpenOptions) -> Option<File> {
    let path = env::var(variable).ok()?;
    match path.strip_prefix("/dev/fd/").map(str::parse::<RawFd>) {
        // SAFETY: the server opened this descriptor for us, told us so, and nothing else has looked at it yet.
        Some(Ok(descriptor)) => Some(unsafe { File::from_raw_fd(descriptor) }),
        _ => options.open(path).ok(),
    }
}

fn find(pairs: &'static [(Text, Text)], name: &str) -> Option<&'static str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
}

/// A name without its first `from` bytes.
fn tail(name: Text, from: usize) -> Text {
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(&name[from..]),
        Cow::Owned(name) => Cow::Owned(name[from..].to_owned()),
    }
}

/// A name or a value as it was before it had to fit into a line.
fn unescaped(text: &'static str) -> Text {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let escaped = (letter == '\\').then(|| letters.next()).flatten();
        plain.push(match escaped {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('0') => '\0',
            other => other.unwrap_or(letter),
        });
    }
    Cow::Owned(plain)
}
