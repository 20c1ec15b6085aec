//! Whether something between a client and a streaming service collects the answers.

use std::time::Duration;

use http::{
    HeaderMap, HeaderName,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, LOCATION, SERVER, VIA},
};

use super::{
    finding::{Finding, Group},
    stream::{APART, End, Observed, PATIENCE, observe},
};
use crate::cli::client::Url;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// A service that says nothing of its own times and answers later than this in one piece is taken for buffered.
const LONG: Duration = Duration::from_secs(1);
/// A service that a proxy can be seen by.
const SERVICE: &str =
    "name a service that writes for a second or more, such as examples/services/streams/clock";

/// What one request of that URL shows.
pub(super) async fn finding(url: &Url) -> Finding {
    match observe(url).await {
        Ok(observed) => judge(&observed),
        Err(error) => {
            say(format!("there is no answer: {error}")).problem("see that the proxy and the service run")
        }
    }
}

fn say(seen: impl Into<String>) -> Finding {
    Finding::new(Group::Proxy, "streaming", seen)
}

fn judge(observed: &Observed) -> Finding {
    let Observed { status, headers, distance, first, longest_pause, end, .. } = observed;
    if status.is_server_error() {
        return say(format!("the answer is {status}"))
            .problem("see the logs of the proxy and of the service");
    }
    if !status.is_success() {
        let place = headers.get(LOCATION).and_then(|place| place.to_str().ok());
        return say(format!("the answer is {status}"))
            .advice(place.map_or_else(|| SERVICE.to_owned(), |place| format!("ask {place}")));
    }
    if let End::Broken(error) = end {
        return say(format!("the answer was broken off: {error}"))
            .problem("see the logs of the proxy and of the service");
    }
    match (first, end) {
        (None, End::Late) => say(format!("nothing of the answer came within {PATIENCE:?}{}", signs(headers)))
            .problem(format!("if the service writes meanwhile: {}", remedy(headers))),
        (None, _) => say("the answer is empty").advice(SERVICE),
        (Some(first), end) => {
            // Before it paused for longer than that, everything came at once.
            let streams = *longest_pause > APART || *end == End::Late;
            let written = written(headers);
            let held = written.is_some_and(|written| *first > written + *distance + APART);
            match (streams, held) {
                (true, false) => streamed(*first, observed),
                (true, true) => late(*first, written.unwrap_or_default(), headers),
                (false, true) => collected(observed, written),
                (false, false) if written.is_none() && *first > LONG => collected(observed, None),
                (false, false) => too_fast(observed.last),
            }
        }
    }
}

fn streamed(first: Duration, observed: &Observed) -> Finding {
    let pause = observed.longest_pause;
    say(match observed.end {
        End::Late => format!("answers stream: the first bytes after {first:.1?}"),
        _ => format!("answers stream: the first bytes after {first:.1?}, more after a pause of {pause:.1?}"),
    })
}

/// Something is passed on in between, but not at once: a block is filled first.
fn late(first: Duration, written: Duration, headers: &HeaderMap) -> Finding {
    say(format!(
        "answers come in blocks: the first bytes after {first:.1?}, written after {written:.1?}{}",
        signs(headers)
    ))
    .advice(remedy(headers))
}

fn collected(observed: &Observed, written: Option<Duration>) -> Finding {
    let (last, signs) = (observed.last, signs(&observed.headers));
    let why = match written {
        Some(written) => {
            format!("though the service wrote its first byte after {written:.1?}: something buffers")
        }
        None => "so something buffers, or the service writes all at its end".to_owned(),
    };
    say(format!("answers arrive in one piece after {last:.1?}, {why}{signs}"))
        .problem(remedy(&observed.headers))
}

fn too_fast(last: Duration) -> Finding {
    say(format!(
        "the service wrote the whole answer at once, and it came after {last:.1?}: nothing can be told"
    ))
    .advice(SERVICE)
}

/// When the service wrote its first byte, by its own account: the sum of the stages that stack tells.
fn written(headers: &HeaderMap) -> Option<Duration> {
    let stages = headers.get(SERVER_TIMING)?.to_str().ok()?;
    let names = ["queue", "spawn", "first"];
    let milliseconds = names.map(|name| {
        let of = |stage: &str| stage.trim().strip_prefix(name)?.strip_prefix(";dur=")?.parse::<f64>().ok();
        stages.split(',').find_map(of)
    });
    let sum = milliseconds.into_iter().sum::<Option<f64>>()?;
    Duration::try_from_secs_f64(sum / 1000.0).ok()
}

/// The headers that tell who stands between, and what was done to the answer.
fn signs(headers: &HeaderMap) -> String {
    let signs = [
        ("Server", SERVER),
        ("Via", VIA),
        ("Content-Encoding", CONTENT_ENCODING),
        ("Content-Length", CONTENT_LENGTH),
    ];
    let told = signs.iter().filter_map(|(shown, name)| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(format!("{shown}: {value}"))
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
}

/// What to do, for who says that it stands there, else for the usual ones.
fn remedy(headers: &HeaderMap) -> String {
    const NGINX: &str = "nginx: proxy_buffering off, or no proxy_ignore_headers X-Accel-Buffering";
    const APACHE: &str = "Apache: flushpackets=on at its ProxyPass";
    const COMPRESSION: &str = "no compression of streams (nginx: gzip off, Apache: SetEnv no-gzip 1)";
    let says = |name: HeaderName, word: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.to_ascii_lowercase().contains(word)
    };
    let proxies = match (says(SERVER, "nginx"), says(SERVER, "apache") || says(VIA, "apache")) {
        (true, _) => NGINX.to_owned(),
        (_, true) => APACHE.to_owned(),
        _ => format!("{NGINX}; {APACHE}"),
    };
    let is_known = says(SERVER, "nginx") || says(SERVER, "apache");
    match headers.contains_key(CONTENT_ENCODING) || !is_known {
        true => format!("{proxies}; {COMPRESSION}"),
        false => proxies,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderName, StatusCode};

    use super::{End, Observed, judge, written};
    use crate::cli::doctor::finding::{Finding, Level};

    fn observed(headers: &[(&'static str, &'static str)], (first, last): (u64, u64), pause: u64) -> Observed {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), http::HeaderValue::from_static(value)));
        Observed {
            status: StatusCode::OK,
            headers: HeaderMap::from_iter(headers),
            distance: Duration::from_millis(10),
            first: Some(Duration::from_millis(first)),
            last: Duration::from_millis(last),
            longest_pause: Duration::from_millis(pause),
            end: End::Whole,
        }
    }

    fn level(finding: &Finding, words: &str) -> Level {
        assert!(finding.seen.contains(words), "{finding:?}");
        finding.level
    }

    const TIMING: (&str, &str) = ("server-timing", "queue;dur=0.10, spawn;dur=1.00, first;dur=20.00");

    #[test]
    fn the_services_own_account() {
        let headers = observed(&[TIMING], (0, 0), 0).headers;
        assert_eq!(written(&headers), Some(Duration::from_micros(21_100)));
        let other = observed(&[("server-timing", "cache;dur=2, first;dur=x")], (0, 0), 0).headers;
        assert_eq!((written(&other), written(&HeaderMap::new())), (None, None));
    }

    #[test]
    fn parts_that_come_apart_are_a_stream() {
        assert_eq!(level(&judge(&observed(&[], (20, 600), 500)), "answers stream"), Level::Ok);
        assert_eq!(level(&judge(&observed(&[TIMING], (30, 600), 500)), "answers stream"), Level::Ok);
        let blocks = judge(&observed(&[TIMING], (3_000, 6_000), 3_000));
        assert_eq!(level(&blocks, "in blocks"), Level::Advice);
        let endless = Observed { end: End::Late, ..observed(&[], (20, 20), 0) };
        assert_eq!(level(&judge(&endless), "answers stream"), Level::Ok);
    }

    #[test]
    fn one_piece_is_buffering_when_the_service_wrote_earlier_or_it_took_long() {
        let seen = judge(&observed(&[TIMING, ("server", "nginx/1.22")], (1_500, 1_510), 5));
        assert_eq!(level(&seen, "in one piece after 1.5s, though the service wrote"), Level::Problem);
        let remedy = seen.remedy.unwrap();
        assert!(remedy.contains("proxy_buffering off") && !remedy.contains("Apache"), "{remedy}");
        let unknown = judge(&observed(&[], (2_000, 2_000), 0));
        assert_eq!(level(&unknown, "something buffers, or"), Level::Problem);
        assert!(unknown.remedy.unwrap().contains("Apache"));
        assert_eq!(level(&judge(&observed(&[TIMING], (30, 30), 0)), "at once"), Level::Advice);
        assert_eq!(level(&judge(&observed(&[], (30, 30), 0)), "at once"), Level::Advice);
        let far = Observed { distance: Duration::from_millis(400), ..observed(&[TIMING], (430, 430), 0) };
        assert_eq!(level(&judge(&far), "at once"), Level::Advice);
    }

    #[test]
    fn the_signs_of_a_proxy_are_told() {
        let headers = [TIMING, ("content-encoding", "gzip"), ("via", "1.1 varnish"), ("content-length", "5")];
        let seen = judge(&observed(&headers, (1_500, 1_500), 0));
        assert_eq!(
            level(&seen, "(Via: 1.1 varnish, Content-Encoding: gzip, Content-Length: 5)"),
            Level::Problem
        );
        assert!(seen.remedy.unwrap().contains("gzip off"));
    }

    #[test]
    fn answers_that_show_nothing() {
        let status = |status| Observed { status, ..observed(&[], (1, 1), 0) };
        assert_eq!(level(&judge(&status(StatusCode::BAD_GATEWAY)), "502"), Level::Problem);
        assert_eq!(level(&judge(&status(StatusCode::NOT_FOUND)), "404"), Level::Advice);
        let moved = Observed { status: StatusCode::FOUND, ..observed(&[("location", "/there")], (1, 1), 0) };
        assert_eq!(judge(&moved).remedy.unwrap(), "ask /there");
        let nothing = |end| Observed { first: None, end, ..observed(&[], (1, 1), 0) };
        assert_eq!(level(&judge(&nothing(End::Late)), "nothing of the answer"), Level::Problem);
        assert_eq!(level(&judge(&nothing(End::Whole)), "empty"), Level::Advice);
        let broken = Observed { end: End::Broken("reset".to_owned()), ..observed(&[], (1, 1), 0) };
        assert_eq!(level(&judge(&broken), "broken off: reset"), Level::Problem);
    }
}
