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

# Everything that a change must pass.
ci:
    .ci/run
