//! What changed, in words: of kinds of change each has its own verb, as people speak of them.

use evidence::{ChangeEvent, ChangeKind};
use story::Sentence;

use super::beside_users;
use crate::spoken::{capital, counted, dayed, number, small, spoken};
use crate::voice::{Telling, Voice};

/// A change in a few words, for a column: `config of payments 4f2a91c, "PG_POOL_MAX 50 -> 10"`.
pub fn change(change: &ChangeEvent, voice: &Voice) -> String {
    let mut said = change.kind.to_string();
    if let Some(service) = &change.service {
        said.push_str(&format!(" of {}", voice.say_short(service, 40)));
    }
    if let Some(reference) = &change.reference {
        said.push_str(&format!(" {}", short_reference(&voice.say(reference))));
    }
    if let Some(summary) = &change.summary {
        said.push_str(&format!(", \"{}\"", voice.say_short(summary, 70)));
    }
    said
}

/// The same as a clause: `the configuration of payments was changed (4f2a91c, "PG_POOL_MAX 50 -> 10")`.
fn happened(change: &ChangeEvent, voice: &Voice) -> String {
    let service = change.service.as_deref().map(|s| voice.say_short(s, 40));
    let of = service.as_ref().map(|s| format!(" of {s}")).unwrap_or_default();
    let reference = change.reference.as_deref().map(|r| short_reference(&voice.say(r)));
    let what = match change.kind {
        ChangeKind::Commit => format!("a commit was made{}", service.map(|s| format!(" to {s}")).unwrap_or_default()),
        ChangeKind::Deploy => match service {
            Some(service) => format!("{service} was deployed"),
            None => "a deploy was made".into(),
        },
        ChangeKind::Config => format!("the configuration{of} was changed"),
        ChangeKind::Flag => match &reference {
            Some(flag) => format!("the flag {flag}{of} was set"),
            None => format!("a flag{of} was set"),
        },
        ChangeKind::Schema => format!("the schema{of} was changed"),
        ChangeKind::Infra => format!("the infrastructure{of} was changed"),
        ChangeKind::Dependency => format!("a dependency{of} was changed"),
    };
    let reference = reference.filter(|_| change.kind != ChangeKind::Flag);
    let summary = change.summary.as_deref().map(|s| format!("\"{}\"", voice.say_short(s, 70)));
    let beside: Vec<String> = reference.into_iter().chain(summary).collect();
    if beside.is_empty() { what } else { format!("{what} ({})", beside.join(", ")) }
}

/// A commit's hash by its first ten digits; anything else as it is, shortened.
pub fn short_reference(reference: &str) -> String {
    let is_hash = reference.len() >= 16 && reference.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hash { reference[..10].to_string() } else { reference.chars().take(40).collect() }
}

/// `14 deploys`, `one change of configuration`.
fn of_kind(kind: ChangeKind, count: usize) -> String {
    let (one, many) = match kind {
        ChangeKind::Commit => ("commit", "commits"),
        ChangeKind::Deploy => ("deploy", "deploys"),
        ChangeKind::Config => ("change of configuration", "changes of configuration"),
        ChangeKind::Flag => ("flag", "flags"),
        ChangeKind::Schema => ("change of a schema", "changes of a schema"),
        ChangeKind::Infra => ("change of infrastructure", "changes of infrastructure"),
        ChangeKind::Dependency => ("change of a dependency", "changes of a dependency"),
    };
    format!("{} {}", small(count as u64), if count == 1 { one } else { many })
}

/// Sentences about changes.
pub(super) fn sentence(sentence: &Sentence, telling: &Telling<'_>) -> String {
    let voice = telling.voice;
    let name = |text: &str| voice.say_short(text, 40);
    // Where nothing asks for a cause there was no trouble.
    let quiet = telling.story.suspects.no_change_why.iter().any(|said| said.sentence == Sentence::NothingAsks);
    let (what, when) = if quiet { ("that moment", "at that moment") } else { ("trouble began", "when trouble began") };
    let ratio = |ratio: &f64| format!("(likelihood ratio {})", number((*ratio * 100.0).round() / 100.0));
    match sentence {
        Sentence::Changed { change: number, before, later } => {
            let change = &telling.changes[*number];
            let when = match later {
                None => format!("{}, {}", dayed(telling.story.users_at - *before), beside_users(*before)),
                Some(later) if *later < evidence::MINUTE => "at the same time".into(),
                Some(later) => format!("{} later", spoken(*later)),
            };
            format!("{}, {}.", capital(&when), happened(change, voice))
        }
        Sentence::NothingChanged { span } => format!("No change was seen in the {} before.", spoken(*span)),
        Sentence::ChangesSeen { count, kinds, span } => {
            let kinds: Vec<String> = kinds.iter().map(|(kind, count)| of_kind(*kind, *count)).collect();
            let seen = capital(&counted_small(*count, "change"));
            let verb = if *count == 1 { "was" } else { "were" };
            format!("{seen} {verb} seen in the {} before: {}.", spoken(*span), kinds.join(", "))
        }
        Sentence::ChangeBefore { before: 0, ratio: r } => format!("It came {when} {}.", ratio(r)),
        Sentence::ChangeBefore { before, ratio: r } => {
            format!("It came {} before {what} {}.", spoken(*before), ratio(r))
        }
        Sentence::ChangeAfter { after, .. } => format!("It came {} after {what}.", spoken(*after)),
        Sentence::ChangeAtFirst { service, ratio: r } => {
            let began = if quiet { "something departed first" } else { "trouble began" };
            format!("It is of {}, where {began} {}.", name(service), ratio(r))
        }
        Sentence::ChangeOnPath { service, ratio: r } => {
            format!("It is of {}, on the failing path {}.", name(service), ratio(r))
        }
        Sentence::ChangeOffPath { service, ratio: r } => {
            format!("It is of {}, which the hurt service is not known to reach {}.", name(service), ratio(r))
        }
        Sentence::ChangeOfNobody => "Nobody says which service it is of.".into(),
        Sentence::ChangeInnocent { files, .. } => {
            format!("It touches documentation or tests alone ({}).", counted(*files as u64, "file"))
        }
        Sentence::NotShipped { ratio: r } => format!("No deploy of it was seen {}.", ratio(r)),
        Sentence::NothingAsks => "Nothing stood at that moment, or began after it, that asks for a cause.".into(),
        Sentence::NoChangeSeen { span } => format!("No change was seen in {}.", spoken(*span)),
        Sentence::NoneFits { seen: 1, best } => {
            format!("The one change seen fits no better than no change: its share is {best:.2}.")
        }
        Sentence::NoneFits { best, .. } => {
            format!("None of them fits better than no change: the nearest has a share of {best:.2}.")
        }
        Sentence::OneFits { reference, score } => {
            let reference = short_reference(&voice.say(reference));
            format!("{reference} fits better than no change: its share is {score:.2}.")
        }
        Sentence::Ruled { kind, reference } => format!("{kind} {}.", short_reference(&voice.say(reference))),
        _ => String::new(),
    }
}

fn counted_small(count: usize, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {one}{plural}", small(count as u64))
}
