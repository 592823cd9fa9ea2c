//! `backstory`: what did the system know before its users did?

use std::process::ExitCode;

fn main() -> ExitCode {
    backstory::commands::main()
}
