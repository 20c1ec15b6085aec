//! The same program under the package's own name.

#[path = "../main.rs"]
mod stack;

fn main() -> std::process::ExitCode {
    stack::main()
}
