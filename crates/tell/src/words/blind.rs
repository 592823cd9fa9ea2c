//! What could not be seen, and what cannot be answered.

use story::{Lack, Question, Sentence};

use crate::spoken::{counted, dated, day_clock, spoken};
use crate::voice::Voice;

/// Sentences about what could not be seen.
pub(super) fn sentence(sentence: &Sentence, voice: &Voice) -> String {
    let name = |text: &str| voice.say_short(text, 60);
    match sentence {
        Sentence::BlindService { service, lacks } if lacks.len() == 3 => {
            format!("what {} did: no logs, metrics or spans of it", name(service))
        }
        Sentence::BlindService { service, lacks } => format!("{}: no {}", name(service), lacks.join(", no ")),
        Sentence::RulesNotJudged { rules } => {
            format!("{} given, not judged by this version", counted(*rules, "alert rule"))
        }
        Sentence::ShortPast { span } => format!("rhythms of the day and rare lines: only {} of past", spoken(*span)),
        Sentence::NoMap => "who calls whom: no spans were given".into(),
        Sentence::LostPart { path, lines } => {
            format!(
                "lines {} to {} of {}: lost, the reader stopped over them (a fault of backstory's)",
                lines.0,
                lines.1,
                name(path)
            )
        }
        Sentence::LostDetector { name: detector, at } => {
            format!(
                "what {} would have raised since {}: it stopped (a fault of backstory's)",
                name(detector),
                day_clock(*at)
            )
        }
        Sentence::NotUnderstood { path, records, words } => {
            let which = records.map(|n| format!("{} of ", counted(n, "record"))).unwrap_or_default();
            format!("{which}{}: {words}", name(path))
        }
        Sentence::Untimed { path } => format!("when the lines of {} were written: they have no times", name(path)),
        Sentence::OutsideEvidence { at, first, last } => {
            format!("{} UTC itself: the evidence goes from {} to {} UTC", dated(*at), dated(*first), dated(*last))
        }
        Sentence::NoEvidence => "anything: no log, metric or span with a time was read".into(),
        Sentence::NotSeen { what } => (*what).into(),
        _ => String::new(),
    }
}

/// Why a question has no answer.
pub(super) fn cannot(question: Question, lacks: Lack) -> String {
    let asked = match question {
        Question::State => "Why was this state possible?",
        Question::Path => "Why was the path not visible earlier?",
        Question::Inputs => "Why was this combination of inputs allowed?",
    };
    let lacking = match lacks {
        Lack::States => "the lives of what has an id are not followed in it",
        Lack::Code => "the code behind the path was not asked",
        Lack::Inputs => "the values of attributes are not compared in it",
    };
    format!("{asked} It cannot be answered from this evidence: {lacking}.")
}
