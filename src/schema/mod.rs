//! A JSON Schema of a service's parameters: texts become what it asks for, what is missing gets its default, and
//! whatever does not fit is told. Pure; fetches no schema from anywhere.

#[cfg(not(feature = "schema"))]
mod absent;
#[cfg(feature = "schema")]
mod checked;
#[cfg(feature = "schema")]
mod coerce;
#[cfg(feature = "schema")]
mod instance;
#[cfg(feature = "cli")]
mod placed;
#[cfg(all(test, feature = "schema"))]
mod tests;
#[cfg(feature = "schema")]
mod types;
#[cfg(feature = "schema")]
mod view;
#[cfg(feature = "schema")]
mod violations;

#[cfg(not(feature = "schema"))]
pub(crate) use self::absent::Schema;
#[cfg(feature = "schema")]
pub(crate) use self::checked::Schema;
#[cfg(feature = "cli")]
pub(crate) use self::placed::Property;
