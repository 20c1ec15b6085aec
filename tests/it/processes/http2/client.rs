//! HTTP/2 frame by frame (RFC 9113), so that a test can also send what no well-meaning client would.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::harness::{DEADLINE, Server};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const INITIAL_WINDOW: i64 = 65_535;
/// The largest frame that may be sent unasked.
const LARGEST: usize = 16_384;

/// The kinds of frames, and the flags, of RFC 9113 section 6.
pub(in crate::processes) const DATA: u8 = 0;
pub(in crate::processes) const HEADERS: u8 = 1;
pub(in crate::processes) const RESET: u8 = 3;
pub(in crate::processes) const SETTINGS: u8 = 4;
pub(in crate::processes) const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
pub(in crate::processes) const CONTINUATION: u8 = 9;
pub(in crate::processes) const END_STREAM: u8 = 1;
const ACK: u8 = 1;
pub(in crate::processes) const END_HEADERS: u8 = 4;
const CANCEL: u32 = 8;

/// One connection.
pub(in crate::processes) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    next: u32,
    answers: BTreeMap<u32, Answer>,
    /// What may be sent on a fresh stream, on each known one, and on all together.
    initial: i64,
    windows: BTreeMap<u32, i64>,
    window: i64,
    /// Whether pings are returned.
    is_alive: bool,
    /// Whether the window is given back for what was read.
    gives_back: bool,
}

/// What came on one stream so far.
#[derive(Clone, Debug, Default)]
pub(in crate::processes) struct Answer {
    /// Whether the head came and said 200; none before it.
    pub(in crate::processes) is_ok: Option<bool>,
    pub(in crate::processes) body: Vec<u8>,
    pub(in crate::processes) finish: Option<Finish>,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::processes) enum Finish {
    Complete,
    /// RST_STREAM with this code.
    Reset(u32),
}

/// The connection is over.
#[derive(Debug)]
pub(in crate::processes) struct Over;

impl Client {
    pub(in crate::processes) fn open(server: &Server) -> Self {
        Self::connect(server, &[])
    }

    /// A client that lets no byte of a body come.
    pub(in crate::processes) fn with_no_window(server: &Server) -> Self {
        Self::with_window(server, 0)
    }

    /// A client that lets so many bytes of each body come, and more only when it is told to.
    pub(in crate::processes) fn with_window(server: &Server, bytes: u32) -> Self {
        // SETTINGS_INITIAL_WINDOW_SIZE, RFC 9113 section 6.5.2.
        let mut client = Self::connect(server, &[&[0, 4], &bytes.to_be_bytes()[..]].concat());
        client.gives_back = false;
        client
    }

    /// A client whose windows never end, so that only its socket can be full.
    pub(in crate::processes) fn with_every_window(server: &Server) -> Self {
        let mut client = Self::with_window(server, i32::MAX.unsigned_abs());
        client.open_window(0, 1 << 30);
        client
    }

    /// Lets so many bytes more come on a stream, or on all together.
    pub(in crate::processes) fn open_window(&mut self, id: u32, bytes: u32) {
        self.send(WINDOW_UPDATE, 0, id, &bytes.to_be_bytes()).expect("the server takes the bytes");
    }

    /// How many bytes have come that were not read.
    pub(in crate::processes) fn unread(&self) -> u64 {
        rustix::io::ioctl_fionread(&self.stream).expect("an open socket")
    }

    /// From now on not even pings are returned.
    pub(in crate::processes) fn play_dead(&mut self) {
        self.is_alive = false;
    }

    fn connect(server: &Server, settings: &[u8]) -> Self {
        let stream = TcpStream::connect(server.address()).expect("the server listens");
        stream.set_nodelay(true).expect("a fresh socket");
        stream.set_read_timeout(Some(2 * DEADLINE)).expect("a fresh socket");
        stream.set_write_timeout(Some(DEADLINE)).expect("a fresh socket");
        let mut client = Self {
            stream,
            buffer: Vec::new(),
            next: 1,
            answers: BTreeMap::new(),
            initial: -1,
            windows: BTreeMap::new(),
            window: INITIAL_WINDOW,
            is_alive: true,
            gives_back: true,
        };
        client.stream.write_all(PREFACE).expect("the server takes the bytes");
        client.send(SETTINGS, 0, 0, settings).expect("the server takes the bytes");
        while client.initial < 0 {
            client.advance().expect("the server begins with its settings");
        }
        client
    }

    /// How long a write may find no room.
    pub(in crate::processes) fn set_patience(&self, patience: Duration) {
        self.stream.set_write_timeout(Some(patience)).expect("an open socket");
    }

    /// Sends one frame as it is.
    pub(in crate::processes) fn send(
        &mut self,
        kind: u8,
        flags: u8,
        stream: u32,
        payload: &[u8],
    ) -> std::io::Result<()> {
        let length = u32::try_from(payload.len()).expect("frames are short").to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags];
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.stream.write_all(&frame)
    }

    /// Sends bytes as they are.
    pub(in crate::processes) fn send_raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends a whole request without a body.
    pub(in crate::processes) fn get(&mut self, path: &str) -> u32 {
        self.try_request("GET", path, END_STREAM).expect("the server takes the bytes")
    }

    /// Sends the head of a request with a body.
    pub(in crate::processes) fn post(&mut self, path: &str) -> u32 {
        self.try_request("POST", path, 0).expect("the server takes the bytes")
    }

    /// Sends the head of a request on a new stream, where the server may have closed.
    pub(in crate::processes) fn try_request(
        &mut self,
        method: &str,
        path: &str,
        flags: u8,
    ) -> std::io::Result<u32> {
        let id = self.next;
        self.next += 2;
        let mut block = Vec::new();
        for (name, value) in [(":method", method), (":scheme", "http"), (":path", path), (":authority", "x")]
        {
            literal(&mut block, name, value);
        }
        self.send(HEADERS, END_HEADERS | flags, id, &block)?;
        self.answers.insert(id, Answer::default());
        self.windows.insert(id, self.initial);
        Ok(id)
    }

    /// Sends body bytes, as the windows allow; reads meanwhile.
    pub(in crate::processes) fn body(&mut self, id: u32, mut bytes: &[u8], flags: u8) {
        while !bytes.is_empty() {
            let window = self.window.min(self.windows[&id]);
            let length = usize::try_from(window).unwrap_or(0).min(bytes.len()).min(LARGEST);
            if length == 0 {
                self.advance().expect("the window is opened");
                continue;
            }
            let (now, later) = bytes.split_at(length);
            self.send(DATA, if later.is_empty() { flags } else { 0 }, id, now).expect("within the windows");
            let length = i64::try_from(length).expect("a frame's length");
            self.window -= length;
            *self.windows.get_mut(&id).expect("opened before") -= length;
            bytes = later;
        }
    }

    /// How much may be sent on a stream at this moment.
    pub(in crate::processes) fn window_of(&self, id: u32) -> usize {
        usize::try_from(self.window.min(self.windows[&id])).unwrap_or(0)
    }

    pub(in crate::processes) fn try_reset(&mut self, id: u32) -> std::io::Result<()> {
        self.send(RESET, 0, id, &CANCEL.to_be_bytes())
    }

    /// Reads until a stream has what is wanted.
    pub(in crate::processes) fn wait(&mut self, id: u32, wanted: impl Fn(&Answer) -> bool) -> Answer {
        while !wanted(&self.answers[&id]) {
            self.advance().unwrap_or_else(|Over| panic!("closed; stream {id} has {:?}", self.answers[&id]));
        }
        self.answers[&id].clone()
    }

    /// Reads until a stream has ended.
    pub(in crate::processes) fn answer(&mut self, id: u32) -> Answer {
        self.wait(id, |answer| answer.finish.is_some())
    }

    /// Reads until the connection is over; false when it still is not after that time.
    pub(in crate::processes) fn ends_within(&mut self, time: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < time {
            if self.advance().is_err() {
                return true;
            }
        }
        false
    }

    /// Reads one frame and takes it in.
    pub(in crate::processes) fn advance(&mut self) -> Result<(), Over> {
        let (kind, flags, id, payload) = self.frame()?;
        match kind {
            DATA => {
                let answer = self.answers.get_mut(&id).expect("only what was asked for is answered");
                answer.body.extend(&payload);
                if self.gives_back && !payload.is_empty() {
                    let length = u32::try_from(payload.len()).expect("a frame's length").to_be_bytes();
                    // The server may be gone; the next read tells.
                    let _ = self.send(WINDOW_UPDATE, 0, 0, &length);
                    let _ = self.send(WINDOW_UPDATE, 0, id, &length);
                }
            }
            HEADERS => {
                let answer = self.answers.get_mut(&id).expect("only what was asked for is answered");
                // In the static table of RFC 7541 `:status: 200` is number 8. Later heads are trailers.
                answer.is_ok.get_or_insert(payload.first() == Some(&0x88));
            }
            RESET => {
                let code = number(&payload);
                let answer = self.answers.get_mut(&id).expect("only what was asked for is answered");
                answer.finish.get_or_insert(Finish::Reset(code));
            }
            SETTINGS if flags & ACK == 0 => {
                self.apply(&payload);
                let _ = self.send(SETTINGS, ACK, 0, &[]);
            }
            PING if flags & ACK == 0 && self.is_alive => {
                let _ = self.send(PING, ACK, 0, &payload);
            }
            WINDOW_UPDATE if id == 0 => self.window += i64::from(number(&payload)),
            WINDOW_UPDATE => *self.windows.entry(id).or_default() += i64::from(number(&payload)),
            _ => {}
        }
        if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
            let answer = self.answers.get_mut(&id).expect("looked up before");
            answer.finish.get_or_insert(Finish::Complete);
        }
        if kind == GO_AWAY && number(&payload[4..]) != 0 {
            return Err(Over);
        }
        Ok(())
    }

    fn apply(&mut self, settings: &[u8]) {
        self.initial = self.initial.max(INITIAL_WINDOW);
        for setting in settings.chunks_exact(6).filter(|setting| setting[..2] == [0, 4]) {
            self.initial = i64::from(number(&setting[2..]));
        }
    }

    fn frame(&mut self) -> Result<(u8, u8, u32, Vec<u8>), Over> {
        self.fill(9)?;
        let length =
            usize::try_from(number(&[0, self.buffer[0], self.buffer[1], self.buffer[2]])).expect("24 bits");
        self.fill(9 + length)?;
        let mut frame: Vec<u8> = self.buffer.drain(..9 + length).collect();
        let payload = frame.split_off(9);
        Ok((frame[3], frame[4], number(&frame[5..]) & (u32::MAX >> 1), payload))
    }

    fn fill(&mut self, length: usize) -> Result<(), Over> {
        while self.buffer.len() < length {
            let mut bytes = [0; 65_536];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(Over),
                Ok(count) => self.buffer.extend(&bytes[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    panic!("nothing came: {:?}", self.answers)
                }
                Err(_) => return Err(Over),
            }
        }
        Ok(())
    }
}

/// A header field that no table remembers, RFC 7541 section 6.2.2.
pub(in crate::processes) fn literal(block: &mut Vec<u8>, name: &str, value: &str) {
    block.push(0);
    for text in [name, value] {
        block.push(u8::try_from(text.len()).ok().filter(|length| *length < 127).expect("a short text"));
        block.extend(text.as_bytes());
    }
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().expect("four bytes"))
}
