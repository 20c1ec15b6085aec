//! Two services for one path and method: refused, and both are named.

use std::collections::HashMap;

use super::Place;
use crate::{
    error::{Error, ErrorKind},
    pattern::{Pattern, Segment},
};

/// Refuses two places that answer the same requests.
pub(super) fn refuse(places: &[Place]) -> Result<(), Error> {
    let mut taken: HashMap<_, Vec<&Place>> = HashMap::new();
    for place in places {
        let same = taken.entry(place.pattern.as_ref().map(shape)).or_default();
        if let Some(other) = same.iter().find(|other| meet(&methods(other), &methods(place))) {
            return Err(conflict(other, place));
        }
        same.push(place);
    }
    Ok(())
}

fn methods(place: &Place) -> Vec<String> {
    place.settings.effective().methods.unwrap_or_default()
}

/// The route without the names of its parameters, which make no difference to what it answers.
fn shape(pattern: &Pattern) -> Vec<String> {
    let segments = pattern.segments().iter().map(|segment| match segment {
        Segment::Static(text) => format!("/{text}"),
        Segment::Parameter(_) => "[]".to_owned(),
        Segment::Rest(_) => "[...]".to_owned(),
    });
    segments.collect()
}

/// Whether there is a method that both lists have; an empty one has all, and GET answers HEAD.
fn meet(one: &[String], two: &[String]) -> bool {
    let is_both =
        |one: &str, two: &str| one == two || (one, two) == ("GET", "HEAD") || (one, two) == ("HEAD", "GET");
    one.is_empty() || two.is_empty() || one.iter().any(|one| two.iter().any(|two| is_both(one, two)))
}

fn conflict(one: &Place, two: &Place) -> Error {
    let route = two.pattern.as_ref().map_or("every path".to_owned(), Pattern::to_string);
    let message = format!("{} and {} both answer {route}", one.source, two.source);
    Error::new(ErrorKind::InvalidSetting, message)
        .remedy("rename one of them, or give them different methods in a stack.toml")
}
