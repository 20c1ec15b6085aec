//! How the files of a service find each other, in every language.

use super::{runs, serve, text_of};

/// The name and the text of a file.
type File = (&'static str, &'static str);

#[test]
fn languages_a_script_loads_what_lies_beside_it() {
    let services: [(&str, &str, &[File]); 5] = [
        (
            "x.js",
            "const part = require('./lib/part');\nmodule.exports = ({ res }) => res.end(part + require('own'));",
            &[
                ("lib/part.js", "module.exports = 'beside';"),
                ("node_modules/own/index.js", "module.exports = ' own';"),
            ],
        ),
        (
            "x.mjs",
            "import part from './lib/part.mjs';\nimport own from 'own';\nexport default ({ res }) => res.end(part + own);",
            &[
                ("lib/part.mjs", "export default 'beside';"),
                ("node_modules/own/index.js", "module.exports = ' own';"),
            ],
        ),
        (
            "x.js",
            "export default async ({ res }) => res.end((await import('./lib/part.js')).default + ' own');",
            &[("lib/part.js", "module.exports = 'beside';")],
        ),
        (
            "x.py",
            "from lib.part import part\nimport own\nprint(part + own.word)",
            &[("lib/part.py", "part = 'beside'"), ("own.py", "word = ' own'")],
        ),
        (
            "x.sh",
            ". ./lib/part.sh; . \"${BASH_SOURCE[0]%/*}/own.sh\"; echo \"$part$own\"",
            &[("lib/part.sh", "part=beside"), ("own.sh", "own=' own'")],
        ),
    ];
    for (name, text, files) in services {
        if runs(name) {
            let script = serve(name, text);
            for (file, text) in files {
                script.folder.script(file, text);
            }
            assert_eq!(text_of(&script.get("/")), "beside own\n", "{name}");
        }
    }
}

#[test]
fn languages_a_script_knows_its_own_place() {
    let scripts = [
        (
            "x.js",
            "module.exports = ({ res }) => res.end([__filename, __dirname, process.cwd(), process.argv[1]].join(' '))",
        ),
        ("x.py", "import os, sys\nprint(__file__, os.path.dirname(__file__), os.getcwd(), sys.argv[0])"),
        ("x.sh", "echo \"$0 ${0%/*} $PWD ${BASH_SOURCE[0]}\""),
    ];
    for (name, text) in scripts {
        if runs(name) {
            let script = serve(name, text);
            let (file, folder) = (script.folder.path(name), script.folder.root().display().to_string());
            assert_eq!(text_of(&script.get("/")), format!("{file} {folder} {folder} {file}\n"), "{name}");
        }
    }
}

#[test]
fn languages_javascript_packages_decide_what_a_js_file_is() {
    if !runs("x.js") {
        return;
    }
    let script = serve("x.js", "import part from './part.js';\nexport default ({ res }) => res.end(part);");
    script.folder.script("package.json", "{\"type\":\"module\"}");
    script.folder.script("part.js", "export default 'a module';");
    assert_eq!(text_of(&script.get("/")), "a module\n");
    let script = serve("deep/x.js", "module.exports = ({ res }) => res.end(require('./part.js'));");
    script.folder.script("package.json", "{\"type\":\"commonjs\"}");
    script.folder.script("deep/part.js", "module.exports = 'no module';");
    assert_eq!(text_of(&script.get("/")), "no module\n");
}
