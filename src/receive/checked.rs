//! Parameters against the schema of their service, before anything is started for them.

use std::sync::Arc;

use super::{Place, Received};
use crate::{
    failure::Failure,
    params::{Map, Value},
    schema::Schema,
    spool::off_thread,
};

/// Longer parameters take a millisecond and more to check, in which other requests would wait.
const QUICK: usize = 64 << 10;
/// What the values of long parameters take while they are checked, besides their text; the schema bounds their number.
const VALUES: usize = 12 << 20;

/// The request with its parameters as the schema describes them.
///
/// # Errors
/// [`Kind::InvalidParameters`](crate::failure::Kind) with all that does not fit, and
/// [`Kind::NoMemory`](crate::failure::Kind) when there is no room to look at them.
pub(super) async fn checked(
    received: Received,
    schema: &Arc<Schema>,
    place: &Place<'_>,
) -> Result<Received, Failure> {
    let Received { params, feed, held } = received;
    let length = length(&params);
    let params = if length <= QUICK {
        check(schema, params)?
    } else {
        let _memory = place.budget.take(length + VALUES)?;
        let schema = Arc::clone(schema);
        off_thread(move || check(&schema, params)).await?
    };
    Ok(Received { params, feed, held })
}

fn check(schema: &Schema, params: Map) -> Result<Map, Failure> {
    schema.check(params).map_err(Failure::invalid_parameters)
}

fn length(params: &Map) -> usize {
    params.iter().map(|(name, value)| name.len() + length_of(value)).sum()
}

fn length_of(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Json(text) => text.get().len(),
        Value::List(items) => items.iter().map(length_of).sum(),
        Value::Map(members) => length(members),
        Value::File(file) => file.filename.len() + file.media_type.len() + file.path.len(),
    }
}
