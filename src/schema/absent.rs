//! What stands for a schema where the library is built without them: nothing can be one.

use crate::{
    error::{Error, ErrorKind},
    failure::Violation,
    params::Map,
};

/// No schema.
#[derive(Debug)]
pub(crate) enum Schema {}

impl Schema {
    /// Never one.
    pub(crate) fn parse(_: &str) -> Result<Self, Error> {
        Err(Error::new(ErrorKind::InvalidSetting, "this program was built without the feature `schema`"))
    }

    /// Cannot be asked.
    pub(crate) fn check(&self, _: Map) -> Result<Map, Vec<Violation>> {
        match *self {}
    }
}
