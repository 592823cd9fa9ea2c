//! `backstory replay`

use std::io::Write;

use super::evidence::EvidenceArgs;
use super::output::Form;
use crate::failure::Failure;
use crate::read::read;
use crate::times::moment;
use crate::watch::{Watching, replay};

/// Stream evidence through the detectors in event time and print each signal when it would have been raised
///
/// One JSON line for each raise or growth of a signal, from strength 0.2 on, with what was known at that moment and
/// nothing else. Evidence that is cut at any time gives the same lines up to there.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  backstory replay logs/ metrics.csv\n  zcat app.log.gz | backstory replay - --until 03:02"
)]
pub struct Args {
    #[command(flatten)]
    evidence: EvidenceArgs,
    /// Look at nothing after this moment: RFC 3339, 03:02, 20m ago, a date [default: the end of the evidence]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Always JSON lines; the flag is taken so that all commands have it
    #[arg(long, value_name = "FORM", value_enum, hide = true)]
    output: Option<Form>,
}

/// Runs the command.
///
/// # Errors
/// The call's words are off, or nothing could be read.
pub fn run(args: &Args) -> Result<(), Failure> {
    if args.output.is_some_and(|form| form != Form::Json) {
        return Err(Failure::usage("replay always prints JSON lines", "leave --output out, or use --output json"));
    }
    let settings = args.evidence.settings()?;
    let voice = settings.voice()?;
    let reading = settings.reading()?;
    let evidence = read(&args.evidence.arguments()?, &settings, &args.evidence.reading())?;
    let end = evidence.span.map(|(_, end)| end);
    let until = args.until.as_deref().map(|text| moment(text, end, &reading, "--until")).transpose()?;
    let how = Watching { from: None, until, engine: args.evidence.engine() };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut failed = None;
    replay(&evidence, &how, |signal| {
        if failed.is_none() {
            let line = tell::signal_line(signal, &voice);
            failed = writeln!(out, "{line}").err();
        }
    })?;
    failed.map_or_else(|| out.flush(), Err).map_err(Failure::from)
}
