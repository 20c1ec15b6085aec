//! Parameters as the validator reads them. What the service is given stays as it was written: here a number has the
//! precision of 64 bits or a double.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::{
    failure::Violation,
    params::{self, File, shown},
};

/// How many values there may be in all parameters together: each takes memory many times that of its text.
const VALUES: usize = 100_000;

/// All parameters as one object.
///
/// # Errors
/// When one of them cannot be judged: more values than are checked, a name twice in an object of JSON, where a service
/// might read another one of the two, a number beyond all doubles, half of a surrogate pair.
pub(super) fn instance(params: &params::Map) -> Result<Value, Violation> {
    let mut left = VALUES;
    let mut instance = Map::new();
    for (name, value) in params {
        let value = of(value, &mut left).map_err(|reason| Violation {
            pointer: format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            message: format!("{} cannot be checked: {reason}", shown(name)),
        })?;
        instance.insert(name.clone(), value);
    }
    Ok(Value::Object(instance))
}

fn of(value: &params::Value, left: &mut usize) -> Result<Value, String> {
    spend(left)?;
    match value {
        params::Value::Text(text) => Ok(Value::String(text.clone())),
        params::Value::List(items) => items.iter().map(|item| of(item, left)).collect(),
        params::Value::Map(members) => {
            let member = |(name, value): (&String, _)| Ok((name.clone(), of(value, left)?));
            members.iter().map(member).collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        params::Value::Json(text) => {
            let mut deserializer = serde_json::Deserializer::from_str(text.get());
            Strict { left }.deserialize(&mut deserializer).map_err(|error| error.to_string())
        }
        params::Value::File(File { filename, media_type, size, path }) => {
            Ok(json!({ "filename": filename, "type": media_type, "size": size, "path": path }))
        }
    }
}

fn spend(left: &mut usize) -> Result<(), String> {
    *left = left.checked_sub(1).ok_or_else(|| format!("there are more than {VALUES} values"))?;
    Ok(())
}

/// Reads a value of JSON, with no name twice.
struct Strict<'l> {
    left: &'l mut usize,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Strict { left: &mut *self.left })? {
            spend(self.left).map_err(de::Error::custom)?;
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            spend(self.left).map_err(de::Error::custom)?;
            let value = access.next_value_seed(Strict { left: &mut *self.left })?;
            if members.contains_key(&name) {
                return Err(de::Error::custom(format!("the name {} comes twice", shown(&name))));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}
