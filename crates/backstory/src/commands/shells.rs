//! `backstory completions` and `backstory man`: what shells and manuals want, from the same definition as the help.

use std::path::PathBuf;

use clap::CommandFactory;

use super::Program;
use super::output::{failed, to_stdout};
use crate::failure::Failure;

/// The shells that are served.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Shell {
    /// The Bourne again shell
    Bash,
    /// The Z shell
    Zsh,
    /// The friendly interactive shell
    Fish,
}

/// Print completions for a shell
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  source <(backstory completions bash)\n  backstory completions zsh > ~/.zfunc/_backstory\n  backstory completions fish > ~/.config/fish/completions/backstory.fish"
)]
pub struct CompletionsArgs {
    /// Which one
    shell: Shell,
}

/// Print the manual page, or write all of them into a folder
#[derive(clap::Args)]
pub struct ManArgs {
    /// Write a page for each command here
    folder: Option<PathBuf>,
}

/// Prints completions.
pub fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let shell = match args.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Program::command(), "backstory", &mut out);
    to_stdout(&String::from_utf8_lossy(&out))
}

/// Prints or writes manual pages.
pub fn man(args: &ManArgs) -> Result<(), Failure> {
    let mut program = Program::command();
    program.build();
    let Some(folder) = &args.folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(program).render(&mut page)?;
        return to_stdout(&String::from_utf8_lossy(&page));
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(program, folder))
        .map_err(|e| failed(format!("{}: {e}", folder.display())))
}
