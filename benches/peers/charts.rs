//! The two charts of the greetings.

use crate::chart::{self, Bar, Bars, Shade};
use crate::contest::{Contest, Seen};
use crate::table::{latency, number, rate, samples};

/// Requests a second at eight connections, beside what the bare loop starts.
pub(crate) fn requests(contests: &[Contest]) -> String {
    let groups = contests.iter().map(|contest| {
        let starts = contest.bare.as_ref().ok().and_then(|rates| samples(rates));
        let bound = starts.map(|starts| {
            let value = starts.median();
            Bar { name: "bare loop", value, text: number(value), shade: Shade::Bound }
        });
        let bars = bars(contest, rate, number);
        Bars { title: contest.name.to_owned(), bars: bound.into_iter().chain(bars).collect() }
    });
    chart::svg("Requests a second at eight connections: longer is better", &groups.collect::<Vec<_>>())
}

/// Milliseconds of one request.
pub(crate) fn times(contests: &[Contest]) -> String {
    let groups = contests.iter().map(|contest| Bars {
        title: contest.name.to_owned(),
        bars: bars(contest, latency, |time| format!("{time:.2} ms")),
    });
    chart::svg("Time of one request, the median: shorter is better", &groups.collect::<Vec<_>>())
}

fn bars(contest: &Contest, value: fn(&Seen) -> f64, text: fn(f64) -> String) -> Vec<Bar> {
    let seen = contest.entries.iter().filter_map(|entry| Some((entry.server, entry.seen.as_ref().ok()?)));
    seen.map(|(server, seen)| Bar {
        name: server.name,
        value: value(seen),
        text: text(value(seen)),
        shade: if server.is_stack() { Shade::Stack } else { Shade::Peer },
    })
    .collect()
}
