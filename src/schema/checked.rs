//! The schema itself: compiled once, asked for every request.

use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::{coerce::Coercion, instance::instance, view::View, violations::violations};
use crate::{
    error::{Error, ErrorKind},
    failure::Violation,
    params::Map,
};

/// How large a compiled pattern may be, so that `(a{1000}){1000}` is refused when it is loaded.
const PATTERN: usize = 1 << 20;

/// A JSON Schema of all parameters of a request together, an object.
#[derive(Debug)]
pub(crate) struct Schema {
    document: Value,
    validator: Validator,
    /// Whether anything in it could be a default.
    has_defaults: bool,
}

impl Schema {
    /// Reads and compiles a schema: of draft 2020-12, unless `$schema` names another.
    ///
    /// # Errors
    /// When the text is no JSON or no schema, refers to another document, or has a pattern that cannot be matched in
    /// linear time.
    pub(crate) fn parse(json: &str) -> Result<Self, Error> {
        let document: Value = serde_json::from_str(json).map_err(|error| {
            Error::new(ErrorKind::InvalidSetting, format!("the schema is no JSON: {error}"))
        })?;
        let validator = jsonschema::options()
            .offline()
            .should_validate_formats(true)
            // The engine that backtracks would let a client burn time with a pattern like `(a+)+$`.
            .with_pattern_options(PatternOptions::regex().size_limit(PATTERN).dfa_size_limit(PATTERN))
            .build(&document)
            .map_err(|error| wrong(&error))?;
        let has_defaults = json.contains("\"default\"");
        Ok(Self { document, validator, has_defaults })
    }

    /// The schema as it was written.
    #[cfg(feature = "cli")]
    pub(super) fn document(&self) -> &Value {
        &self.document
    }

    /// The parameters as the schema describes them.
    ///
    /// Only what came as text is made another type of, so that everything that is valid already stays as it is; a
    /// number keeps its digits.
    ///
    /// # Errors
    /// What does not fit, at most 100 of it.
    pub(crate) fn check(&self, params: Map) -> Result<Map, Vec<Violation>> {
        let params = Coercion::new(self.has_defaults).object(params, &View::new(&self.document));
        let instance = instance(&params).map_err(|violation| vec![violation])?;
        let found = violations(&self.validator, &instance);
        if found.is_empty() { Ok(params) } else { Err(found) }
    }
}

/// Why the text is no schema, and where.
fn wrong(error: &ValidationError<'_>) -> Error {
    let place = match error.instance_path().as_str() {
        "" => "at its root".to_owned(),
        pointer => format!("at {pointer}"),
    };
    let message = format!("the schema is wrong {place}: {error}");
    let is_pattern = place.contains("attern");
    let error = Error::new(ErrorKind::InvalidSetting, message);
    match is_pattern {
        true => error.remedy("patterns are matched in linear time: without look-around and backreferences"),
        false => error.remedy("it is a JSON Schema, whole in itself: see docs/schema.md"),
    }
}
