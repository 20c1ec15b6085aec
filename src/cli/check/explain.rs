//! `--explain`: what one service has, and where each part of it comes from. Secrets are not shown.

use serde_json::{Map, Value, json};

use crate::{
    config,
    find::{Explanation, Fact, Place, Process, Source},
    pattern::Pattern,
};

/// What the names of variables have in them whose values are nobody's business.
const SECRET: &[&str] = &["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "KEY"];

/// One service with everything that is known of it.
#[derive(Debug)]
pub(super) struct Explained<'a> {
    pub(super) place: &'a Place,
    pub(super) explanation: Explanation,
    /// What the variables of the environment alone say, to tell them from flags.
    pub(super) from_environment: config::Service,
}

impl Explained<'_> {
    pub(super) fn in_text(&self) -> String {
        let mut lines = vec![format!("{}  {}  {}", self.place.name, self.route(), self.place.source)];
        let Explanation { settings, environment, process } = &self.explanation;
        lines.push("\nSettings:".to_owned());
        lines.extend(self.rows(settings));
        lines.push("\nProcess:".to_owned());
        lines.extend(in_lines(process.as_ref()));
        lines.push("\nEnvironment, beside the variables of the request:".to_owned());
        lines.extend(self.rows(environment));
        if !self.place.gates.is_empty() {
            lines.push("\nBefore it:".to_owned());
            lines.extend(self.place.gates.iter().map(|gate| format!("  {}  {}", gate.name, gate.source)));
        }
        lines.join("\n")
    }

    pub(super) fn in_json(&self) -> Value {
        let Explanation { settings, environment, process } = &self.explanation;
        let facts = |facts: &[Fact]| {
            let fact =
                |fact: &Fact| (fact.name.clone(), json!({"value": shown(fact), "from": self.from(fact)}));
            Value::Object(facts.iter().map(fact).collect::<Map<_, _>>())
        };
        let process = match process {
            Ok(Process { program, words, directory, notes }) => {
                json!({"program": program, "words": words, "directory": directory, "notes": notes})
            }
            Err(error) => json!({"error": error.to_string()}),
        };
        json!({
            "name": self.place.name,
            "route": self.place.pattern.as_ref().map(Pattern::to_string),
            "source": self.place.source,
            "settings": facts(settings),
            "process": process,
            "environment": facts(environment),
            "before": self.place.gates.iter().map(|gate| gate.source.clone()).collect::<Vec<_>>(),
        })
    }

    fn route(&self) -> String {
        self.place.pattern.as_ref().map_or("every path".to_owned(), Pattern::to_string)
    }

    fn rows(&self, facts: &[Fact]) -> Vec<String> {
        let rows: Vec<_> = facts.iter().map(|fact| (&fact.name, shown(fact), self.from(fact))).collect();
        let names = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or_default();
        rows.into_iter().map(|(name, value, from)| format!("  {name:<names$}  {value}  ({from})")).collect()
    }

    fn from(&self, fact: &Fact) -> String {
        match &fact.from {
            Source::Flags => self.flag(&fact.name),
            Source::File(place) => place.clone(),
            Source::Place => "by its place".to_owned(),
            Source::Inherited => "the server's environment".to_owned(),
            Source::Contract => "every service".to_owned(),
            Source::Default => "default".to_owned(),
        }
    }

    /// The flag of that setting or variable, or the variable that stands for the flag.
    fn flag(&self, name: &str) -> String {
        let fields = |service: &config::Service| match serde_json::to_value(service) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let environment = fields(&self.from_environment);
        let effective = fields(&self.place.settings.effective());
        let (setting, is_in_environment) = if effective.contains_key(name) {
            (name, environment.get(name).is_some_and(|value| effective.get(name) == Some(value)))
        } else {
            ("env", self.from_environment.env.contains_key(name))
        };
        let option = match (setting, effective.get(name)) {
            ("parse", Some(Value::Bool(false))) => "raw".to_owned(),
            ("protocol", _) => "cgi".to_owned(),
            _ => setting.replace('_', "-"),
        };
        match is_in_environment {
            true => format!("STACK_{} in the environment", option.replace('-', "_").to_ascii_uppercase()),
            false => format!("--{option}"),
        }
    }
}

fn in_lines(process: Result<&Process, &crate::error::Error>) -> Vec<String> {
    let process = match process {
        Ok(process) => process,
        Err(error) => return vec![format!("  {error}")],
    };
    let mut lines = Vec::new();
    match &process.program {
        Some(program) => lines.push(format!("  program    {program}")),
        None => lines.push("  program    made of the source at the first request".to_owned()),
    }
    if !process.words.is_empty() {
        lines.push(format!("  words      {:?}", process.words));
    }
    lines.extend(process.directory.iter().map(|folder| format!("  directory  {folder}")));
    lines.extend(process.notes.iter().map(|note| format!("  note: {note}")));
    lines
}

fn shown(fact: &Fact) -> String {
    let name = fact.name.to_ascii_uppercase();
    if SECRET.iter().any(|secret| name.contains(secret)) { "***".to_owned() } else { fact.value.clone() }
}

#[cfg(test)]
mod tests {
    use super::shown;
    use crate::find::{Fact, Source};

    #[test]
    fn row_72_secrets_are_not_shown() {
        let value = |name: &str| {
            shown(&Fact { name: name.to_owned(), value: "v".to_owned(), from: Source::Inherited })
        };
        for name in ["GITHUB_TOKEN", "secret_x", "DB_PASSWORD", "API_KEY", "KEYRING", "AWS_SECRET_ACCESS_KEY"]
        {
            assert_eq!(value(name), "***", "{name}");
        }
        for name in ["HOME", "PATH", "timeout"] {
            assert_eq!(value(name), "v", "{name}");
        }
    }
}
