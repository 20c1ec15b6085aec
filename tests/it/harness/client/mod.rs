//! A client that sends exactly the bytes it is given, and sees exactly how a response ended.

mod body;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use self::body::Framing;
use super::DEADLINE;

/// How a response or a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As its framing says: the last chunk, the whole length, or the close where nothing else marks it.
    Complete,
    /// Closed before that.
    Closed,
    /// Reset before that.
    Reset,
}

/// A status line and its headers.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// `1.1`, `1.0`.
    pub(crate) version: String,
    pub(crate) status: u16,
    pub(crate) reason: String,
    /// As they came, names in their own case.
    pub(crate) headers: Vec<(String, String)>,
}

/// A whole response, or as much of it as came.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) version: String,
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
    /// Whether it ended as its framing says; false for every response that was broken off.
    pub(crate) complete: bool,
    pub(crate) end: End,
}

/// One TCP connection to the server.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    /// What came and was not yet taken.
    buffer: Vec<u8>,
    /// How the body that is being read is marked off.
    framing: Framing,
    trailers: Vec<(String, String)>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, DEADLINE).expect("the server listens");
        stream.set_nodelay(true).expect("a fresh socket");
        stream.set_read_timeout(Some(DEADLINE)).expect("a fresh socket");
        stream.set_write_timeout(Some(DEADLINE)).expect("a fresh socket");
        Self { stream, buffer: Vec::new(), framing: Framing::Ended(End::Complete), trailers: Vec::new() }
    }

    /// Sends these bytes as they are.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).expect("the server takes the bytes");
    }

    /// The same where the server may close while it is being sent to.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// One chunk of the chunked coding.
    pub(crate) fn send_chunk(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.send([format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat());
    }

    /// Sends a whole request while the answer is read, so that neither side waits for the other.
    /// HEAD and 100 are understood; a failed write is not, because the answer may be why.
    pub(crate) fn exchange(&mut self, bytes: &[u8]) -> Response {
        let bodyless = bytes.starts_with(b"HEAD ");
        let mut writer = self.stream.try_clone().expect("a descriptor is left");
        std::thread::scope(|scope| {
            scope.spawn(move || writer.write_all(bytes));
            if bodyless { self.response_to_head() } else { self.response() }
        })
    }

    /// The next head, interim ones (1xx) too; its body is then read by [`Self::piece`] and its kin.
    pub(crate) fn head(&mut self) -> Head {
        self.try_head().unwrap_or_else(|end| panic!("no head: {end:?} after {:?}", self.seen()))
    }

    /// The same where the connection may end instead.
    pub(crate) fn try_head(&mut self) -> Result<Head, End> {
        let length = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.fill()?;
        };
        let bytes: Vec<u8> = self.buffer.drain(..length).collect();
        let head = Head::parse(&bytes);
        self.framing = Framing::of(&head);
        self.trailers.clear();
        Ok(head)
    }

    /// The next bytes of the body as they come; none at its end, which [`Self::ended`] names.
    pub(crate) fn piece(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(bytes) = self.framing.take(&mut self.buffer, &mut self.trailers) {
                return Some(bytes);
            }
            if matches!(self.framing, Framing::Ended(_)) {
                return None;
            }
            if let Err(end) = self.fill() {
                self.framing = Framing::Ended(self.framing.at_close(end));
            }
        }
    }

    /// Body bytes until `last` has come at their end; for answers that go on.
    pub(crate) fn body_until(&mut self, last: impl AsRef<[u8]>) -> Vec<u8> {
        let mut body = Vec::new();
        while !body.ends_with(last.as_ref()) {
            let Some(bytes) = self.piece() else {
                panic!("the body ended: {:?} after {:?}", self.ended(), String::from_utf8_lossy(&body));
            };
            body.extend(bytes);
        }
        body
    }

    /// The rest of the body, and how it ended.
    pub(crate) fn rest(&mut self) -> (Vec<u8>, End) {
        let mut body = Vec::new();
        while let Some(bytes) = self.piece() {
            body.extend(bytes);
        }
        (body, self.ended().expect("no piece is left"))
    }

    /// How the body ended; none while it goes on.
    pub(crate) fn ended(&self) -> Option<End> {
        match self.framing {
            Framing::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// The fields behind the body that was read last.
    pub(crate) fn trailers(&self) -> &[(String, String)] {
        &self.trailers
    }

    /// The next whole response; interim heads are passed over.
    pub(crate) fn response(&mut self) -> Response {
        let head = self.final_head();
        let (body, end) = self.rest();
        Response::new(head, body, std::mem::take(&mut self.trailers), end)
    }

    /// The next response when the request was HEAD.
    pub(crate) fn response_to_head(&mut self) -> Response {
        let head = self.final_head();
        self.framing = Framing::Ended(End::Complete);
        Response::new(head, Vec::new(), Vec::new(), End::Complete)
    }

    /// Waits for the server to close the connection; fails when bytes come instead.
    pub(crate) fn closed(&mut self) -> End {
        match self.fill() {
            Ok(()) => panic!("more bytes instead of a close: {:?}", self.seen()),
            Err(end) => end,
        }
    }

    /// Whether nothing came, and the connection stayed open, for that long.
    pub(crate) fn quiet_for(&mut self, time: Duration) -> bool {
        // It belongs to a chunk that came before, and is no news.
        while self.framing.awaits_line_end(&mut self.buffer) {
            if self.fill().is_err() {
                return false;
            }
        }
        if !self.buffer.is_empty() {
            return false;
        }
        self.stream.set_read_timeout(Some(time)).expect("an open socket");
        let start = Instant::now();
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_read_timeout(Some(DEADLINE)).expect("an open socket");
        peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock) && start.elapsed() >= time / 2
    }

    /// Closes the sending half: a FIN.
    pub(crate) fn finish_sending(&self) {
        self.stream.shutdown(Shutdown::Write).expect("an open socket");
    }

    /// Closes by a reset, as a client does that crashed or had data unread.
    pub(crate) fn reset(self) {
        rustix::net::sockopt::set_socket_linger(&self.stream, Some(Duration::ZERO)).expect("an open socket");
    }

    /// The socket itself, for what this type has no word for.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    fn final_head(&mut self) -> Head {
        loop {
            let head = self.head();
            if head.status >= 200 {
                return head;
            }
        }
    }

    /// Reads what is there, at least one byte, or says how the connection ended.
    fn fill(&mut self) -> Result<(), End> {
        let mut bytes = [0; 65536];
        match self.stream.read(&mut bytes) {
            Ok(0) => Err(End::Closed),
            Ok(length) => {
                self.buffer.extend_from_slice(&bytes[..length]);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                panic!("nothing came for {DEADLINE:?}; not yet taken: {:?}", self.seen())
            }
            Err(_) => Err(End::Reset),
        }
    }

    fn seen(&self) -> String {
        String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(2000)]).into_owned()
    }
}

impl Head {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.trim_end_matches("\r\n").split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let mut words = status_line.splitn(3, ' ');
        let version = words.next().and_then(|word| word.strip_prefix("HTTP/"));
        let status = words.next().and_then(|word| word.parse().ok());
        let (Some(version), Some(status)) = (version, status) else { panic!("no status line: {text:?}") };
        Self {
            version: version.to_owned(),
            status,
            reason: words.next().unwrap_or_default().to_owned(),
            headers: lines.map(field).collect(),
        }
    }

    /// The first value of a header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        value_in(&self.headers, name)
    }
}

impl Response {
    fn new(head: Head, body: Vec<u8>, trailers: Vec<(String, String)>, end: End) -> Self {
        let Head { version, status, reason, headers } = head;
        Self { version, status, reason, headers, body, trailers, complete: end == End::Complete, end }
    }

    /// The first value of a header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        value_in(&self.headers, name)
    }

    /// Every value of a header, in order.
    pub(crate) fn header_values(&self, name: &str) -> Vec<&str> {
        let wanted = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        wanted.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn trailer(&self, name: &str) -> Option<&str> {
        value_in(&self.trailers, name)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }
}

fn value_in<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// One `name: value` line.
fn field(line: &str) -> (String, String) {
    let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no header field: {line:?}"));
    (name.to_owned(), value.trim().to_owned())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
