//! The programs that are served: for `stack` its own example, for the others the same as an ordinary CGI program.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::servers::{command, find};
use crate::{program, server};

const LIMIT: Duration = Duration::from_secs(60);

/// The languages that fork.
const FORKING: &[&str] = &["python", "ruby", "php", "perl", "r"];

/// The examples that `stack` serves.
const EXAMPLES: &str = "examples/services/hello-world";

/// Nine imports of the standard library, as many a script has.
macro_rules! imports {
    () => {
        "import argparse\nimport collections\nimport datetime\nimport hashlib\nimport json\nimport logging\n\
         import pathlib\nimport re\nimport urllib.parse\n\n"
    };
}

/// An application of Flask; for CGI it is told what the bare loop leaves out.
macro_rules! flask {
    ($end:literal) => {
        concat!(
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n",
            "@app.get(\"/\")\ndef greet():\n    return \"hello world\\n\"\n",
            $end
        )
    };
}

/// The same of Sinatra.
macro_rules! sinatra {
    ($end:literal) => {
        concat!(
            "require \"sinatra/base\"\n\nclass App < Sinatra::Base\n",
            "  [\"/\", \"\"].each { |path| get(path) { \"hello world\\n\" } }\nend\n\n",
            $end
        )
    };
}

/// One greeting.
#[derive(Debug)]
pub(crate) struct Greeting {
    /// As in the tables and on the command line.
    pub(crate) name: &'static str,
    /// As `stack languages` has it; nothing for a program.
    language: &'static str,
    /// What a shebang names where that is not the interpreter that `stack` starts.
    shebang: &'static str,
    /// What `stack` serves.
    service: Service,
    /// The CGI program behind its shebang.
    cgi: &'static str,
}

#[derive(Debug)]
enum Service {
    /// Of benches/, compiled; so is the CGI program.
    Compiled,
    Example(&'static str),
    /// The file's extension, and its text.
    Text(&'static str, &'static str),
}

/// A program that is ready to be served.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) name: &'static str,
    /// Whether it is in a language that forks.
    pub(crate) forks: bool,
    /// What `stack` is told to serve.
    pub(crate) stack: Vec<OsString>,
    /// The file that the others run, and that the bare loop starts.
    pub(crate) cgi: PathBuf,
}

/// In the order of the tables.
pub(crate) const GREETINGS: &[Greeting] = &[
    Greeting { name: "static", language: "", shebang: "", service: Service::Compiled, cgi: "" },
    Greeting {
        name: "bash",
        language: "bash",
        shebang: "",
        service: Service::Example("hello-world.sh"),
        cgi: "echo 'Content-Type: text/plain'\necho\necho 'hello world'\n",
    },
    Greeting {
        name: "perl",
        language: "perl",
        shebang: "",
        service: Service::Example("hello-world.pl"),
        cgi: "print \"Content-Type: text/plain\\n\\nhello world\\n\";\n",
    },
    Greeting {
        name: "python",
        language: "python",
        shebang: "",
        service: Service::Example("hello-world.py"),
        cgi: "print(\"Content-Type: text/plain\\n\\nhello world\")\n",
    },
    Greeting {
        name: "python-imports",
        language: "python",
        shebang: "",
        service: Service::Text("py", concat!(imports!(), "print(\"hello world\")\n")),
        cgi: concat!(imports!(), "print(\"Content-Type: text/plain\\n\\nhello world\")\n"),
    },
    Greeting {
        name: "flask",
        language: "python",
        shebang: "",
        service: Service::Text("py", flask!("")),
        cgi: flask!(
            "\n\nimport os\nfrom wsgiref.handlers import CGIHandler\n\n\
             for name, value in ((\"REQUEST_METHOD\", \"GET\"), (\"SERVER_NAME\", \"x\"), (\"SERVER_PORT\", \"80\")):\n    \
             os.environ.setdefault(name, value)\n\
             CGIHandler().run(app)\n"
        ),
    },
    Greeting {
        name: "ruby",
        language: "ruby",
        shebang: "",
        service: Service::Example("hello-world.rb"),
        cgi: "puts \"Content-Type: text/plain\\n\\nhello world\"\n",
    },
    Greeting {
        name: "sinatra",
        language: "ruby",
        shebang: "",
        service: Service::Text("rb", sinatra!("hook.rack App\n")),
        cgi: sinatra!(
            "require \"rack/handler/cgi\"\n\
             ENV[\"REQUEST_METHOD\"] ||= \"GET\"\nENV[\"SERVER_NAME\"] ||= \"x\"\nENV[\"SERVER_PORT\"] ||= \"80\"\n\
             Rack::Handler::CGI.run App\n"
        ),
    },
    Greeting {
        name: "php",
        language: "php",
        shebang: "",
        service: Service::Example("hello-world.php"),
        cgi: "<?php\necho \"Content-Type: text/plain\\n\\nhello world\\n\";\n",
    },
    Greeting {
        name: "node",
        language: "javascript",
        shebang: "",
        service: Service::Example("hello-world.js"),
        cgi: "console.log('Content-Type: text/plain\\n\\nhello world');\n",
    },
    Greeting {
        name: "r",
        language: "r",
        shebang: "Rscript",
        service: Service::Example("hello-world.R"),
        cgi: "cat(\"Content-Type: text/plain\\n\\nhello world\\n\")\n",
    },
];

impl Greeting {
    /// Writes its CGI program into `www`; an error says what is missing.
    pub(crate) fn prepare(&self, www: &Path, interpreters: &Interpreters) -> anyhow::Result<Script> {
        let service = match self.service {
            Service::Compiled => return compiled(www, self.name),
            Service::Example(name) => Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLES).join(name),
            Service::Text(extension, text) => {
                // Not by the name of the package that it imports.
                let path = www.join(format!("{}-service.{extension}", self.name));
                fs::write(&path, text)?;
                path
            }
        };
        let interpreter = match self.shebang {
            "" => interpreters.of(self.language)?,
            name => find(name)?,
        };
        let text = format!("#!{}\n{}", interpreter.display(), self.cgi);
        let forks = FORKING.contains(&self.language);
        Ok(Script { name: self.name, forks, stack: words([service]), cgi: write(www, self.name, &text)? })
    }
}

/// A script of sh: for `stack` only `body`, for the others behind a header block.
pub(crate) fn shell(www: &Path, name: &'static str, body: &str) -> anyhow::Result<Script> {
    let plain = www.join(format!("{name}.sh"));
    fs::write(&plain, body)?;
    let text = format!("#!/bin/sh\nprintf 'Content-Type: application/octet-stream\\n\\n'\n{body}");
    let stack = words(["--".into(), "/bin/sh".into(), plain]);
    Ok(Script { name, forks: false, stack, cgi: write(www, name, &text)? })
}

fn compiled(www: &Path, name: &'static str) -> anyhow::Result<Script> {
    let built = program::compile("peers/hello_cgi.c", "hello_cgi", &["-static"])?;
    let cgi = cgi_path(www, name)?;
    fs::copy(built, &cgi)?;
    Ok(Script { name, forks: false, stack: words([program::hello()?]), cgi })
}

fn words<const N: usize>(paths: [PathBuf; N]) -> Vec<OsString> {
    paths.into_iter().map(PathBuf::into_os_string).collect()
}

fn cgi_path(www: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let folder = www.join("cgi-bin");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

fn write(www: &Path, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let path = cgi_path(www, name)?;
    fs::write(&path, text)?;
    fs::set_permissions(&path, Permissions::from_mode(0o755))?;
    Ok(path)
}

/// The interpreters by which `stack` serves, behind every shim; the others' scripts name the same.
#[derive(Debug)]
pub(crate) struct Interpreters(HashMap<String, PathBuf>);

impl Interpreters {
    pub(crate) fn read() -> anyhow::Result<Self> {
        let mut languages = command(Path::new(server::STACK));
        let printed = program::output(languages.args(["languages", "--json"]), LIMIT, "build it")?;
        let rows: Vec<HashMap<String, Value>> = serde_json::from_str(&printed)?;
        let found = rows.iter().filter_map(|row| {
            let text = |key| row.get(key).and_then(Value::as_str);
            Some((text("name")?.to_owned(), PathBuf::from(text("interpreter")?)))
        });
        Ok(Self(found.collect()))
    }

    fn of(&self, language: &str) -> anyhow::Result<PathBuf> {
        let path = self.0.get(language).with_context(|| format!("no interpreter for {language} is here"))?;
        ensure!(path.is_file(), "{} is no file", path.display());
        Ok(path.clone())
    }
}
