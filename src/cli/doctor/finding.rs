//! One thing that was looked at: what was seen, how much it matters, and what to do about it.

/// What was seen of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) group: Group,
    pub(super) check: String,
    pub(super) level: Level,
    pub(super) seen: String,
    /// What to do about it; none where it is as it should be.
    pub(super) remedy: Option<String>,
}

/// What a finding is about, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Program,
    Languages,
    Environment,
    Folders,
    Limits,
    Kernel,
    Proxy,
}

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// It works; it could work better, or for more.
    Advice,
    /// Something does not work.
    Problem,
}

impl Finding {
    /// One that is as it should be.
    pub(super) fn new(group: Group, check: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { group, check: check.into(), level: Level::Ok, seen: seen.into(), remedy: None }
    }

    /// Something works, and could work better.
    pub(super) fn advice(self, remedy: impl Into<String>) -> Self {
        Self { level: Level::Advice, remedy: Some(remedy.into()), ..self }
    }

    /// Something does not work.
    pub(super) fn problem(self, remedy: impl Into<String>) -> Self {
        Self { level: Level::Problem, remedy: Some(remedy.into()), ..self }
    }
}

impl Group {
    pub(super) const ALL: [Self; 7] = [
        Self::Program,
        Self::Languages,
        Self::Environment,
        Self::Folders,
        Self::Limits,
        Self::Kernel,
        Self::Proxy,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Languages => "languages",
            Self::Environment => "environment",
            Self::Folders => "folders",
            Self::Limits => "limits",
            Self::Kernel => "kernel",
            Self::Proxy => "proxy",
        }
    }
}

impl Level {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Advice => "advice",
            Self::Problem => "problem",
        }
    }
}
