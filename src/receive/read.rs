//! Which body is parsed, and into what.

use bytes::Bytes;
use http::request::Parts as Head;
use http_body::Body;

use super::{
    Captured, Feed, Held, Incoming, Place, Received,
    checked::checked,
    environment::content_length,
    media::{Media, media},
    multipart::{self, too_long},
    parts::Parts,
    source::Source,
};
use crate::{
    budget::Taken,
    failure::{Failure, Kind},
    params::{self, Allowance, Map, Value, json, merge, nest, urlencoded},
    spool::off_thread,
};

/// Room made for a body before its first byte came: its declared length costs the client nothing.
const FIRST: usize = 64 << 10;
/// A longer body takes a millisecond and more to parse, in which other requests would wait.
const QUICK: usize = 64 << 10;

/// Reads as much of a request as its service needs before it starts.
///
/// A form, JSON or multipart body is read whole and becomes parameters; any other, and every body for a raw
/// service (`place.parse` is false), is not touched. A raw service whose query cannot be parsed has no
/// parameters: it has the query itself; with a schema such a query is refused. Then all parameters are checked.
///
/// # Errors
/// For what is malformed, beyond a limit or too slow, each by its kind. What is refused by its head is
/// refused before the body is asked for, so that a client that awaits `100 Continue` never gets it.
pub(crate) async fn read(head: &Head, body: Incoming, place: &Place<'_>) -> Result<Received, Failure> {
    let received = unchecked(head, body, place).await?;
    match place.schema {
        Some(schema) => checked(received, schema, place).await,
        None => Ok(received),
    }
}

async fn unchecked(head: &Head, body: Incoming, place: &Place<'_>) -> Result<Received, Failure> {
    let mut allowance = Allowance::new(place.caps.parameters);
    let query = query(head, &mut allowance);
    let path = path(place.captured);
    if !place.parse && place.schema.is_none() {
        return Ok(untouched(merge(query.unwrap_or_default(), Map::new(), path), body));
    }
    let query = query?;
    if body.is_end_stream() || !place.parse {
        return Ok(untouched(merge(query, Map::new(), path), body));
    }
    let media = media(&head.headers)?;
    let declared = content_length(head).unwrap_or(0).max(body.size_hint().lower());
    let source = |body| Source::new(body, place.body_timeout);
    let (body, feed, held) = match media {
        Media::Raw => return Ok(untouched(merge(query, Map::new(), path), body)),
        Media::Form | Media::Json => {
            let parser = if media == Media::Json { json_params } else { form };
            let (bytes, memory) = whole(source(body), declared, place).await?;
            let params = parsed(parser, &bytes, allowance.left()).await?;
            (params, replay(bytes), Held { _memory: Some(memory), ..Held::default() })
        }
        Media::Multipart(_) if declared > multipart::longest(place) => {
            return Err(too_long(place.caps.upload));
        }
        Media::Multipart(boundary) => {
            // In a box, for which every other request would have to keep room.
            let reading = multipart::read(Parts::new(source(body), boundary), place, allowance);
            let (params, held) = Box::pin(reading).await?;
            (params, Feed::Empty, held)
        }
    };
    Ok(Received { params: merge(query, body, path), feed, held })
}

fn untouched(params: Map, body: Incoming) -> Received {
    let feed = if body.is_end_stream() { Feed::Empty } else { Feed::Stream(body) };
    Received { params, feed, held: Held::default() }
}

fn replay(bytes: Bytes) -> Feed {
    if bytes.is_empty() { Feed::Empty } else { Feed::Replay(bytes) }
}

/// The parameters of the route, which its owner has named.
fn path(captured: &Captured) -> Map {
    let text = |(name, value): &(String, String)| (name.clone(), Value::Text(value.clone()));
    captured.parameters.iter().map(text).collect()
}

fn query(head: &Head, allowance: &mut Allowance) -> Result<Map, Failure> {
    let fields = urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes(), allowance.left())?;
    allowance.spend(fields.len())?;
    Ok(nested(fields))
}

/// Makes parameters of a whole body, of which there may be so many more.
type Parser = fn(&[u8], usize) -> Result<Map, Failure>;

async fn parsed(parser: Parser, bytes: &Bytes, limit: usize) -> Result<Map, Failure> {
    if bytes.len() <= QUICK {
        return parser(bytes, limit);
    }
    let bytes = bytes.clone();
    off_thread(move || parser(&bytes, limit)).await
}

fn form(bytes: &[u8], limit: usize) -> Result<Map, Failure> {
    urlencoded::parse(bytes, limit).map(nested)
}

fn json_params(bytes: &[u8], limit: usize) -> Result<Map, Failure> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    params::of_body(json::parse(bytes)?, limit)
}

fn nested(fields: Vec<(String, String)>) -> Map {
    nest(fields.into_iter().map(|(name, value)| (name, Value::Text(value))).collect())
}

/// A whole body in memory, paid from the budget as it comes.
async fn whole(mut source: Source, declared: u64, place: &Place<'_>) -> Result<(Bytes, Taken), Failure> {
    let cap = place.caps.body;
    let declared = usize::try_from(declared).unwrap_or(usize::MAX);
    if declared > cap {
        return Err(too_large(cap));
    }
    let mut memory = place.budget.take(0)?;
    let mut bytes = Vec::with_capacity(declared.min(FIRST));
    while let Some(chunk) = source.next().await? {
        if chunk.len() > cap - bytes.len() {
            return Err(too_large(cap));
        }
        memory.grow(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    bytes.shrink_to_fit();
    Ok((bytes.into(), memory))
}

/// A parsed body, or the fields of one, are more than is taken.
pub(super) fn too_large(cap: usize) -> Failure {
    let message = format!("a body of this type is parsed, and longer than the {cap} bytes that are parsed");
    Failure::new(Kind::BodyTooLarge, message).remedy(
        "send it as application/octet-stream and it is streamed as it is, however long; \
         the server's owner can raise --max-body, or stream every body with --raw",
    )
}
