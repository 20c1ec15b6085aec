//! From an event to one line, in which nothing that a client or a service wrote can act on a terminal.

use std::fmt::{self, Write};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer,
    fmt::{
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    layer::Context,
};

use super::{Style, lossy::Lossy};
use crate::service::Escaping;

/// The targets that have a form of their own; the engine's others are plain events.
const ACCESS: &str = "stack::access";
const SERVICE: &str = "stack::service";
pub(crate) const NOTICE: &str = "stack::notice";

/// Writes every event of the engine as a line.
#[derive(Debug)]
pub(super) struct Lines {
    style: Style,
    lossy: Lossy,
}

impl Lines {
    pub(super) fn new(style: Style, lossy: Lossy) -> Self {
        Self { style, lossy }
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let is_ours = metadata.target().starts_with("stack");
        let is_wanted = self.style == Style::Server || metadata.target() != ACCESS;
        is_ours && is_wanted && *metadata.level() <= Level::INFO
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut parts = Parts::default();
        event.record(&mut parts);
        let mut line = String::with_capacity(128);
        // A String takes everything that is written to it.
        let _ = parts.write(&mut line, event.metadata(), self.style);
        self.lossy.send(line);
    }
}

/// What an event says, escaped.
#[derive(Debug, Default)]
struct Parts {
    message: String,
    id: String,
    /// ` name=value` of every other field.
    others: String,
}

impl Parts {
    fn write(&self, line: &mut String, metadata: &Metadata<'_>, style: Style) -> fmt::Result {
        let Self { message, id, others } = self;
        match (metadata.target(), style) {
            (NOTICE, _) | (SERVICE, Style::Filter) => writeln!(line, "{message}{others}"),
            (_, Style::Filter) => writeln!(line, "stack: {message}{others}"),
            (SERVICE, _) => {
                write_time(line)?;
                writeln!(line, " {id} | {message}{others}")
            }
            _ => {
                write_time(line)?;
                let level = match *metadata.level() {
                    Level::ERROR => " error:",
                    Level::WARN => " warning:",
                    _ => "",
                };
                let space = if id.is_empty() { "" } else { " " };
                writeln!(line, "{level} {message}{others}{space}{id}")
            }
        }
    }
}

fn write_time(line: &mut String) -> fmt::Result {
    SystemTime.format_time(&mut Writer::new(line))
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let part = match field.name() {
            "message" => &mut self.message,
            "id" => &mut self.id,
            name => {
                self.others.extend([" ", name, "="]);
                &mut self.others
            }
        };
        // A String takes everything that is written to it.
        let _ = write!(Escaping(part), "{value:?}");
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        io::{Read, Seek},
        time::Duration,
    };

    use tracing_subscriber::layer::SubscriberExt;

    use super::{Lines, Lossy, NOTICE, Style};

    /// The lines that are logged meanwhile, without their times.
    fn logged(style: Style, log: impl FnOnce()) -> String {
        let mut file = tempfile::tempfile().unwrap();
        let lossy = Lossy::start(File::from(std::os::fd::OwnedFd::from(file.try_clone().unwrap()))).unwrap();
        let subscriber = tracing_subscriber::registry().with(Lines::new(style, lossy.clone()));
        tracing::subscriber::with_default(subscriber, log);
        lossy.flush(Duration::from_secs(10));
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        let is_time = |word: &str| word.len() > 20 && word.ends_with('Z') && word.contains(':');
        let without_time = |line: &str| match line.split_once(' ') {
            Some((first, rest)) if is_time(first) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        };
        text.lines().map(without_time).collect()
    }

    fn events() {
        tracing::info!(target: "stack::access", id = "a1", "GET / 200 3 B 1.2ms exit 0");
        tracing::info!(target: "stack::service", id = "a1", "hello");
        tracing::warn!(target: "stack::control", id = "a1", "ignored: 99");
        tracing::error!(error = %"no memory", "cannot accept");
        tracing::info!(target: NOTICE, "2 requests running");
        tracing::debug!("detail");
        tracing::info!(target: "hyper", "other");
    }

    #[test]
    fn row_56_lines_carry_the_id_of_their_request() {
        let lines = "GET / 200 3 B 1.2ms exit 0 a1\na1 | hello\nwarning: ignored: 99 a1\n\
                     error: cannot accept error=no memory\n2 requests running\n";
        assert_eq!(logged(Style::Server, events), lines);
    }

    #[test]
    fn quiet_leaves_out_the_lines_of_requests() {
        let lines = logged(Style::QuietServer, events);
        assert!(!lines.contains("GET") && lines.contains("a1 | hello"), "{lines}");
    }

    #[test]
    fn row_22_a_filter_shows_what_its_service_wrote() {
        let lines = "hello\nstack: ignored: 99\nstack: cannot accept error=no memory\n2 requests running\n";
        assert_eq!(logged(Style::Filter, events), lines);
    }

    #[test]
    fn attack_38_nothing_in_a_line_acts_on_a_terminal_or_forges_another() {
        let lines = logged(Style::Server, || {
            let text = "red \u{1b}[31m\n2026-01-01T00:00:00Z GET / 200";
            tracing::info!(target: "stack::service", id = "a\n1", "{text}");
        });
        assert_eq!(lines, "a\\n1 | red \\u{1b}[31m\\n2026-01-01T00:00:00Z GET / 200\n");
    }
}
