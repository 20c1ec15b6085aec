//! From a [`Builder`] to the immutable data of a service.

use std::{
    env,
    ffi::{CString, OsStr},
    os::unix::ffi::OsStrExt,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use crate::{
    error::{Error, ErrorKind},
    find::{
        asked::{Bodies, Limits, Source},
        builder::Builder,
        compiled, environment,
        target::{self, Target},
    },
    schema::Schema,
    service::{Format, Keep, Launch, Protocol, Service, Spec, Start, Strings, Timeouts, Warm, Warmth},
};

/// Looks at the disk, resolves everything once, and fails where a request would fail later.
pub(super) fn assemble(builder: Builder) -> Result<Service, Error> {
    let mut target = match &builder.source {
        Source::Nothing => return Err(target::nothing_to_serve()),
        Source::File(path) => target::file(path, &builder)?,
        Source::Command(words) => target::command(words, &builder)?,
        Source::Code(code) => target::code(code, &builder)?,
    };
    if let Some(folder) = &builder.directory {
        target.directory = target::folder(folder)?;
    }
    if builder.protocol == Protocol::Cgi {
        target.speak_cgi()?;
    }
    let document = match target.language {
        Some(language) => language.document,
        None => builder.document,
    };
    let prepared = launch(&target, &builder, document)?;
    let start = match target.compiled.take() {
        Some(compiled) => compiled::start(&target, compiled, prepared.launch),
        None => Start::Ready(Arc::new(prepared.launch)),
    };
    let mut notes = target.notes;
    notes.extend(prepared.notes);
    let warm = builder.warm.unwrap_or_default();
    let preload = builder.preload;
    if let Some(name) = preload.iter().flatten().find(|name| !is_one_word(name)) {
        return Err(Error::new(
            ErrorKind::InvalidSetting,
            format!("{name:?} is no name that could be loaded ahead"),
        )
        .remedy("a name is one word"));
    }
    let warmth = target.language.map(|language| language.warmth(warm, preload)).unwrap_or_default();
    notes.extend(said_of(&target.name, warm, &warmth));
    Ok(Service::new(Spec {
        name: target.name,
        file: target.file,
        parse: match builder.bodies {
            Bodies::ByKind => target.language.is_some(),
            Bodies::Parsed => true,
            Bodies::Raw => false,
        },
        language: target.language,
        start,
        warmth: Arc::new(warmth),
        timeouts: timeouts(&builder.limits),
        caps: builder.caps,
        protocol: builder.protocol,
        schema: schema(builder.schema.as_deref())?,
        document,
        content_type: builder.content_type.map(checked_content_type).transpose()?,
        ok_exit: builder.ok_exit,
        errors: builder.errors,
        half_close: builder.half_close,
        buffering_hint: builder.buffering_hint,
        hinted: AtomicBool::new(false),
        log: builder.log,
        notes,
        _keep: (!target.folders.is_empty()).then(|| Arc::new(target.folders) as Arc<dyn Keep>),
    }))
}

/// Whether a bridge can be told the name among others.
fn is_one_word(name: &str) -> bool {
    !name.is_empty() && !name.contains(|character: char| character.is_whitespace() || character == '\0')
}

/// What the owner of a service should know who asked for processes ahead of their requests, and gets others.
fn said_of(name: &str, warm: Warm, warmth: &Warmth) -> Option<String> {
    match warm {
        Warm::Spares(1..) | Warm::Fork if warmth.spares == 0 => {
            Some(format!("{name} gets the request's variables at its start, so that none is started ahead"))
        }
        Warm::Fork if warmth.forks.is_none() => {
            Some(format!("{name} does not fork; its processes are started ahead, as by --warm spare"))
        }
        Warm::Off => None,
        _ if warmth.preload.is_some() && !warmth.imports => {
            Some(format!("{name} loads nothing ahead but its script, so that --preload says nothing to it"))
        }
        _ => None,
    }
}

struct Prepared {
    launch: Launch,
    notes: Vec<String>,
}

fn launch(target: &Target, builder: &Builder, document: Option<Format>) -> Result<Prepared, Error> {
    let environment =
        environment::compose(&builder.environment, (document, &target.variables), env::vars_os())?;
    let launch = Launch {
        program: c_string(&target.program)?,
        arguments: words(target)?,
        environment: environment.variables,
        directory: c_string(&target.directory)?,
        _keep: None,
    };
    Ok(Prepared { launch, notes: environment.notes })
}

fn words(target: &Target) -> Result<Strings, Error> {
    let mut strings = Strings::default();
    for word in &target.words {
        if !strings.push(word.as_bytes()) {
            return Err(has_nul(word));
        }
    }
    Ok(strings)
}

fn c_string(path: &Path) -> Result<CString, Error> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| has_nul(path.as_os_str()))
}

fn has_nul(word: &OsStr) -> Error {
    Error::new(ErrorKind::InvalidSetting, format!("{:?} has a NUL in it", word.display()))
}

/// A total replaces the other two, which are there because nobody set one; each may still be set.
pub(super) fn timeouts(limits: &Limits) -> Timeouts {
    let defaults = Timeouts::default();
    let unless_total = |default: Option<Duration>| match limits.total {
        Some(_) => None,
        None => default,
    };
    Timeouts {
        total: limits.total.flatten(),
        first_byte: limits.first_byte.unwrap_or_else(|| unless_total(defaults.first_byte)),
        silence: limits.silence.unwrap_or_else(|| unless_total(defaults.silence)),
        kill_grace: limits.kill_grace.unwrap_or(defaults.kill_grace),
        body: defaults.body,
    }
}

fn schema(json: Option<&str>) -> Result<Option<Arc<Schema>>, Error> {
    json.map(|json| Schema::parse(json).map(Arc::new)).transpose()
}

fn checked_content_type(value: String) -> Result<String, Error> {
    let is_header_value = !value.is_empty() && value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    match is_header_value {
        true => Ok(value),
        false => Err(Error::new(ErrorKind::InvalidSetting, format!("{value:?} is no content type"))),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

    use crate::service::{Service, Spec};

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn words(spec: &Spec) -> Vec<String> {
        spec.start.ready().arguments.iter().map(text).collect()
    }

    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
            let path = self.0.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        }
    }

    #[test]
    fn row_04_a_script_goes_to_its_interpreter_and_bridge() {
        let place = Place::new();
        let script = place.file("echo.sh", "echo", 0o644);
        let service = Service::builder().file(&script).arguments(["a", "b c"]).build().unwrap();
        let spec = service.spec();
        assert_eq!((service.name(), spec.parse), ("bash", true));
        let words = words(spec);
        assert!(words[0].ends_with("/bash") && words[0].starts_with('/'), "{words:?}");
        assert_eq!(words[1..3], ["--norc", "--noprofile"]);
        assert!(words[3].ends_with("bridge.bash"), "{words:?}");
        assert_eq!(words[4..], [script.to_str().unwrap(), "a", "b c"]);
        assert_eq!(spec.start.ready().directory.to_str().unwrap(), place.0.path().to_str().unwrap());
        let environment: Vec<_> = spec.start.ready().environment.iter().map(text).collect();
        assert!(environment.contains(&"STACK_REQUEST=/dev/fd/4".to_owned()), "{environment:?}");
    }

    #[test]
    fn row_09_the_words_of_the_table_and_of_the_first_line_are_said_once() {
        let place = Place::new();
        for (interpreter, own) in [("gawk", &[][..]), ("mawk", &["-W", "interactive"])] {
            let interpreter = place.file(interpreter, "\u{7f}ELF", 0o755);
            let first_line = format!("#!{} -f -v\n", interpreter.display());
            let script = place.file("x.awk", &first_line, 0o644);
            let service = Service::builder().file(&script).arguments(["a"]).build().unwrap();
            let words = words(service.spec());
            let (before, after) = words.split_at(1 + own.len());
            assert_eq!(before[1..], *own);
            assert_eq!((after[0].as_str(), after[1].as_str()), ("-v", "-f"), "{words:?}");
            assert!(after[2].ends_with("bridge.awk"), "{words:?}");
            assert_eq!(after[3..], ["-f", script.to_str().unwrap(), "a"]);
        }
    }

    #[test]
    fn row_13_a_command_is_resolved_on_the_path() {
        let service = Service::builder().command(["echo", "hello world"]).build().unwrap();
        let spec = service.spec();
        assert_eq!(service.name(), "echo hello world");
        assert!(spec.start.ready().program.to_str().unwrap().ends_with("/echo"));
        assert_eq!(words(spec), ["echo", "hello world"]);
        assert_eq!((spec.parse, spec.document), (false, None));
        let here = std::env::current_dir().unwrap();
        assert_eq!(spec.start.ready().directory.to_str().unwrap(), here.to_str().unwrap());
    }

    #[test]
    fn row_12_what_is_missing_is_named() {
        let error = Service::builder().file("./nope.js").build().unwrap_err();
        assert!(error.is_missing_file());
        assert_eq!(error.to_string(), "there is no file ./nope.js");
        let error = Service::builder().command(["no-such-program-at-all"]).build().unwrap_err();
        assert!(error.is_missing_program());
        assert!(error.to_string().contains("no-such-program-at-all"));
        assert!(Service::builder().command(["./nope"]).build().unwrap_err().is_missing_file());
        assert!(Service::builder().file("/tmp").build().unwrap_err().is_not_servable());
        let nothing = [Service::builder().build(), Service::builder().command([""; 0]).build()];
        assert!(nothing.into_iter().all(|result| result.unwrap_err().is_nothing_to_serve()));
    }

    #[test]
    fn row_25_a_missing_interpreter_is_refused_with_its_remedy() {
        let place = Place::new();
        let script = place.file("tool.py", "", 0o644);
        let builder = Service::builder().file(script).interpreter("/nowhere/python3");
        let error = builder.build().unwrap_err();
        assert!(error.is_missing_interpreter());
        assert_eq!(
            error.to_string(),
            "there is no interpreter /nowhere/python3; name another with --interpreter"
        );
    }

    #[test]
    fn row_39_an_executable_is_raw_unless_told_otherwise() {
        let place = Place::new();
        let program = place.file("tool", "#!/bin/sh\ncat\n", 0o755);
        let spec = |builder: crate::find::Builder| builder.file(&program).build().unwrap().spec().clone();
        assert!(!spec(Service::builder()).parse);
        let parsed = spec(Service::builder().parse().document());
        assert!(parsed.parse && parsed.document.is_some());
        assert_eq!(words(&parsed), [program.to_str().unwrap()]);
        let script = place.file("x.sh", "", 0o644);
        assert!(!Service::builder().file(script).raw().build().unwrap().spec().parse);
    }

    #[test]
    fn row_14_code_needs_a_language_and_goes_with_the_service() {
        assert!(Service::builder().code("echo").build().unwrap_err().is_unknown_language());
        let service = Service::builder().code("echo hello").language("sh").build().unwrap();
        assert_eq!(service.name(), "bash");
        let file = service.spec().file.clone().unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "echo hello");
        drop(service);
        assert!(!file.exists());
    }

    #[test]
    fn row_15_a_total_replaces_the_other_limits_and_none_lifts_all() {
        let timeouts = |builder: crate::find::Builder| {
            let timeouts = builder.command(["true"]).build().unwrap().spec().timeouts.clone();
            (timeouts.total, timeouts.first_byte, timeouts.silence)
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(timeouts(Service::builder()), (None, seconds(10), seconds(10)));
        assert_eq!(timeouts(Service::builder().timeout(seconds(60))), (seconds(60), None, None));
        assert_eq!(timeouts(Service::builder().timeout(None)), (None, None, None));
        let both = Service::builder().timeout(seconds(60)).idle_timeout(seconds(5));
        assert_eq!(timeouts(both), (seconds(60), None, seconds(5)));
        let first = Service::builder().first_byte_timeout(None);
        assert_eq!(timeouts(first), (None, None, seconds(10)));
    }

    #[test]
    fn values_that_cannot_be_are_refused() {
        let refused = [
            Service::builder().command(["true", "a\0b"]),
            Service::builder().command(["true"]).content_type("a\r\nb: c"),
            Service::builder().command(["true"]).env("STACK_CONTROL", "x"),
            Service::builder().command(["true"]).preload(["two words"]),
            Service::builder().command(["true"]).preload([""]),
        ];
        for builder in refused {
            assert!(builder.build().unwrap_err().is_invalid_setting());
        }
    }
}
