# Lists the tasks.
default:
    @just --list

# Runs a service from the working tree: just serve examples/services/echo/echo.py
serve *arguments:
    cargo run --release --locked -- {{arguments}}

# Runs every test; installs on Debian what they need.
test *filters:
    ./test {{filters}}

# Formats the sources.
format:
    cargo fmt

# Checks the format.
format-check:
    .ci/run format

# Runs clippy on every target, and on the library without the command line.
lint:
    .ci/run lint

# Builds the documentation; every warning is an error.
docs:
    .ci/run docs

# Builds the release binary and holds its size and its number of crates to the limits.
size:
    .ci/run build size

# Checks licences, advisories and sources of the dependencies.
deny:
    .ci/run deny

# Measures what the bridges cost, all or those of the named languages; see langs/README.md.
bench-languages *languages:
    ./test --prepare
    PATH="$PATH:$(realpath -m "${CARGO_TARGET_DIR:-target}")/tools/bin" cargo bench --locked --bench languages -- {{languages}}

# Measures `stack` beside what people run CGI programs under, installed from Debian; see benches/README.md.
bench-peers *words:
    apt-get install -y --no-install-recommends lighttpd apache2-bin nginx-light fcgiwrap websocketd busybox
    ./test --prepare
    PATH="$PATH:$(realpath -m "${CARGO_TARGET_DIR:-target}")/tools/bin" cargo bench --locked --bench peers -- {{words}}

# Everything that a change must pass.
ci:
    .ci/run
