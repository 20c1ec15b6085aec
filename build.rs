//! Builds what makes a fork server of an interpreter: a library that the binary carries and `ld.so` loads.

#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

const SOURCE: &str = "langs/fork-server.c";

fn main() {
    println!("cargo::rerun-if-changed={SOURCE}");
    #[cfg(feature = "fork")]
    if let Err(why) = build() {
        println!("cargo::error={why}; the feature `fork` needs a C compiler (on Debian: gcc and libc6-dev)");
    }
}

#[cfg(feature = "fork")]
fn build() -> Result<(), String> {
    let folder = std::env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?;
    let compiler = cc::Build::new()
        .opt_level(2)
        .debug(false)
        .pic(true)
        .extra_warnings(true)
        .warnings_into_errors(false)
        .cargo_metadata(false)
        .try_get_compiler()
        .map_err(|error| error.to_string())?;
    let mut command = compiler.to_command();
    command
        .args(["-shared", "-s", "-o"])
        .arg(std::path::Path::new(&folder).join("fork_server.so"))
        .arg(SOURCE);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(error) => Err(format!("{command:?} cannot be run: {error}")),
    }
}
