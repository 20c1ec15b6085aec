//! Which setting counts when it stands in several places: flags, then the service, then the defaults of its file.

use serde_json::{Map, Value};

use super::{Service, Warm};

/// The settings of one service from all places, the strongest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layers(Vec<(Origin, Service)>);

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A flag, or its name in the environment.
    Flags,
    /// The table of that name in a file: `services.users`, `defaults`.
    Table { file: String, name: String },
    /// A file that is about nothing but this service: a `package.json`.
    File(String),
    /// Where the service stands: its file's name is its route.
    Place,
}

impl Layers {
    /// Those layers, the strongest first.
    pub(crate) fn new(layers: Vec<(Origin, Service)>) -> Self {
        Self(layers)
    }

    /// What counts: of each setting the strongest, of variables and headers all, the strongest of each name.
    pub(crate) fn effective(&self) -> Service {
        let layers = || self.0.iter().map(|(_, service)| service);
        macro_rules! strongest {
            ($($field:ident),*; $($union:ident),*) => {
                Service {
                    warm: layers().filter_map(|service| service.warm.clone()).reduce(Warm::or),
                    $($field: layers().find_map(|service| service.$field.clone()),)*
                    $($union: layers().rev().flat_map(|service| service.$union.clone()).collect(),)*
                }
            };
        }
        strongest!(
            route, methods, file, command, code, language, interpreter, arguments, env_file, clear_env, directory,
            timeout, first_byte_timeout, idle_timeout, kill_grace, max_body, max_upload, max_processes, parse,
            document, ok_exit, content_type, protocol, before, schema, cors;
            env, headers
        )
    }

    /// All of them, the strongest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Origin, &Service)> {
        self.0.iter().map(|(origin, service)| (origin, service))
    }

    /// Every setting that counts, with where it comes from.
    pub(crate) fn explained(&self) -> Vec<(String, Value, &Origin)> {
        let origin = |name: &str| self.0.iter().find(|(_, service)| fields(service).contains_key(name));
        let all = fields(&self.effective()).into_iter();
        all.filter_map(|(name, value)| {
            let (origin, _) = origin(&name)?;
            Some((name, value, origin))
        })
        .collect()
    }
}

fn fields(service: &Service) -> Map<String, Value> {
    match serde_json::to_value(service) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use super::{Layers, Origin, Service};
    use crate::config::Time;

    fn table(name: &str) -> Origin {
        Origin::Table { file: "stack.toml".to_owned(), name: name.to_owned() }
    }

    fn service(timeout: Option<u64>, env: &[(&str, &str)]) -> Service {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Service {
            timeout: timeout.map(|seconds| Time(Duration::from_secs(seconds))),
            env: env.iter().map(pair).collect::<BTreeMap<_, _>>(),
            ..Service::default()
        }
    }

    #[test]
    fn row_72_flags_before_the_service_before_its_defaults() {
        let layers = Layers::new(vec![
            (Origin::Flags, service(None, &[("A", "flag")])),
            (table("services.x"), service(Some(5), &[("A", "service"), ("B", "service")])),
            (table("defaults"), service(Some(9), &[("B", "default"), ("C", "default")])),
        ]);
        let expected = service(Some(5), &[("A", "flag"), ("B", "service"), ("C", "default")]);
        assert_eq!(layers.effective(), expected);
        let explained = layers.explained();
        let origin = |name: &str| explained.iter().find(|(found, ..)| found == name).map(|found| found.2);
        assert_eq!(origin("timeout"), Some(&table("services.x")));
        assert_eq!(origin("env"), Some(&Origin::Flags));
        assert_eq!(origin("parse"), None);
    }
}
