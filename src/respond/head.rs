//! The head of a response, as the service's control messages or its own output make it.

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, TRAILER, X_CONTENT_TYPE_OPTIONS},
    response,
};
use hyper::ext::ReasonPhrase;

use crate::control::Message;

/// More header bytes than this are refused: clients take no more either.
const MOST_BYTES: usize = 64 << 10;
/// More headers than this are refused.
const MOST_FIELDS: usize = 256;

/// A head that is being written.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    status: Option<StatusCode>,
    reason: Option<String>,
    headers: HeaderMap,
    trailers: HeaderMap,
    bytes: usize,
    /// What the service reported as its error.
    error: Option<String>,
    /// Whether the service said that its answer is complete: whatever fails later is no part of it.
    complete: bool,
    sent: bool,
}

/// What a message means to the one who reads them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It changed the head, or asked for nothing that is left to do.
    Taken,
    /// A line for the log.
    Log(String),
    /// It was not taken, for this reason.
    Refused(String),
    /// The answer is complete.
    End,
}

impl Draft {
    /// Applies one message.
    pub(crate) fn hear(&mut self, message: Message) -> Heard {
        match message {
            Message::Log { text } => return Heard::Log(text),
            Message::End => {
                self.complete = true;
                return Heard::End;
            }
            Message::AddTrailers { trailers } => return self.add_trailers(trailers),
            // hyper sends 100 by itself when the body is first wanted.
            Message::WriteContinue => return Heard::Taken,
            Message::Error { text } => {
                let line = format!("error: {text}");
                if !self.complete {
                    self.error.get_or_insert(text);
                }
                return Heard::Log(line);
            }
            _ if self.sent => return Heard::Refused("the head was sent already".to_owned()),
            Message::Status { code } => self.set_status(code),
            Message::StatusMessage { text } => self.reason = Some(text),
            Message::RemoveHeader { name } => {
                self.headers.remove(name);
            }
            Message::SetHeader { name, values } => {
                self.headers.remove(&name);
                return self.append(values.into_iter().map(|value| (name.clone(), value)));
            }
            Message::AppendHeader { name, values } => {
                return self.append(values.into_iter().map(|value| (name.clone(), value)));
            }
            Message::WriteHead { code, message, headers } => {
                self.set_status(code);
                self.reason = message.or(self.reason.take());
                for (name, _) in &headers {
                    self.headers.remove(name);
                }
                return self.append(headers);
            }
        }
        Heard::Taken
    }

    fn set_status(&mut self, code: u16) {
        // The decoder lets only 200 to 599 through.
        self.status = StatusCode::from_u16(code).ok().or(self.status);
    }

    fn append(&mut self, fields: impl IntoIterator<Item = (String, String)>) -> Heard {
        for (name, value) in fields {
            let Some((name, value)) = field(&name, &value) else {
                return Heard::Refused(format!("{name}: no header can be made of it"));
            };
            if let Err(refused) = self.add(name, value) {
                return refused;
            }
        }
        Heard::Taken
    }

    fn add(&mut self, name: HeaderName, value: HeaderValue) -> Result<(), Heard> {
        self.bytes += name.as_str().len() + value.len();
        if self.bytes > MOST_BYTES || self.headers.len() >= MOST_FIELDS {
            let why = format!("{name}: the head is longer than 64 KiB or {MOST_FIELDS} fields");
            return Err(Heard::Refused(why));
        }
        if name == CONTENT_TYPE || name == CONTENT_LENGTH {
            self.headers.insert(name, value);
        } else {
            self.headers.append(name, value);
        }
        Ok(())
    }

    /// Takes the head that stands in the output itself: what it names is as it says, whatever messages said before.
    pub(crate) fn begin(
        &mut self,
        status: Option<(StatusCode, Option<String>)>,
        fields: Vec<(HeaderName, HeaderValue)>,
    ) -> Heard {
        if let Some((status, reason)) = status {
            (self.status, self.reason) = (Some(status), reason);
        }
        for (name, _) in &fields {
            self.headers.remove(name);
        }
        match fields.into_iter().try_for_each(|(name, value)| self.add(name, value)) {
            Ok(()) => Heard::Taken,
            Err(refused) => refused,
        }
    }

    /// Before the head, trailers also name themselves in it, as HTTP/1.1 wants (RFC 9110, section 6.6.2).
    fn add_trailers(&mut self, trailers: Vec<(String, String)>) -> Heard {
        for (name, value) in trailers {
            let Some((name, value)) = field(&name, &value) else {
                return Heard::Refused(format!("{name}: no trailer can be made of it"));
            };
            if self.trailers.len() >= MOST_FIELDS {
                return Heard::Refused(format!("more than {MOST_FIELDS} trailers"));
            }
            if !self.sent && !self.trailers.contains_key(&name) {
                let named = HeaderValue::from_str(name.as_str());
                self.headers.append(TRAILER, named.expect("a header name is a header value"));
            }
            self.trailers.append(name, value);
        }
        Heard::Taken
    }

    /// Begins with these headers, of what ran before; the length that was declared there is not that of the whole.
    pub(crate) fn inherit(&mut self, headers: HeaderMap) {
        self.bytes = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        self.headers = headers;
        self.headers.remove(CONTENT_LENGTH);
    }

    /// Whether a status was set, even if to 200.
    pub(crate) fn has_status(&self) -> bool {
        self.status.is_some()
    }

    /// The service reported an error; said before the head, it is a status.
    pub(crate) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Whether the service said that its answer is complete, before it reported any error.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete && self.error.is_none()
    }

    pub(crate) fn is_event_stream(&self) -> bool {
        let value = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/event-stream"))
    }

    /// The trailers so far; what is added after this is lost.
    pub(crate) fn take_trailers(&mut self) -> HeaderMap {
        std::mem::take(&mut self.trailers)
    }

    /// The head as it stands now, and the length that the service declared; later changes are refused.
    pub(crate) fn send(&mut self, content_type: Option<&str>) -> (response::Parts, Option<u64>) {
        self.sent = true;
        let (mut parts, ()) = http::Response::new(()).into_parts();
        parts.status = self.status.unwrap_or(StatusCode::OK);
        parts.headers = std::mem::take(&mut self.headers);
        if let Some(reason) =
            self.reason.take().and_then(|text| ReasonPhrase::try_from(text.into_bytes()).ok())
        {
            parts.extensions.insert(reason);
        }
        if !parts.headers.contains_key(CONTENT_TYPE) {
            match content_type.and_then(|text| HeaderValue::from_str(text).ok()) {
                Some(value) => drop(parts.headers.insert(CONTENT_TYPE, value)),
                // Browsers would guess, and take an echoed <script> for a page.
                None => {
                    drop(parts.headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
                }
            }
        }
        // A length that is no number is not the service's to send; framing is the server's.
        let declared = parts.headers.remove(CONTENT_LENGTH);
        let declared = declared.and_then(|value| value.to_str().ok()?.parse().ok());
        (parts, declared)
    }
}

fn field(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
    Some((name, value))
}
