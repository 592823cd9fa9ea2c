//! What could not be seen: services without telemetry, rules not judged, a short past, lost parts, limits.

use evidence::{ComplaintKind, HOUR, Nanos, Time};

use crate::cite::Cites;
use crate::facts::{Facts, Reporter};
use crate::path::Path;
use crate::sentence::{Said, Sentence};
use crate::types::BlindSpot;

/// Less past than this leaves rhythms and rare lines unknown.
const SHORT: Nanos = 24 * HOUR;
/// A file of which so large a share was not understood is named.
const NAMED_SHARE: f64 = 0.001;

/// The blind spots, the most telling first.
pub fn spots(facts: &Facts<'_>, path: &Path, users_at: Time, cites: &mut Cites<'_>) -> Vec<BlindSpot> {
    let mut spots = Vec::new();
    let all = cites.everything();
    let mut add = |what: &str, sentence: Sentence, cite: usize| {
        spots.push(BlindSpot { what: what.to_string(), why: Said { sentence, cites: vec![cite] } });
    };
    let Some((first, last)) = facts.span else {
        add("everything", Sentence::NoEvidence, all);
        return spots;
    };
    let noticed = facts.incident.noticed_at;
    if noticed < first || noticed > last {
        add("the moment of noticing", Sentence::OutsideEvidence { at: noticed, first, last }, all);
    }
    for (path, from, to) in facts.lost_parts {
        let sentence = Sentence::LostPart { path: path.clone(), lines: (*from, *to) };
        add(path, sentence, cites.file(path));
    }
    for (name, at) in facts.lost_detectors {
        add(name, Sentence::LostDetector { name: name.clone(), at: *at }, all);
    }
    for service in path.service.iter().chain(&path.reaches) {
        let lacks = lacking(facts.reporters.get(service));
        if !lacks.is_empty() {
            add(service, Sentence::BlindService { service: service.clone(), lacks }, cites.service(service));
        }
    }
    if facts.coverage.rules > 0 {
        add("alert rules", Sentence::RulesNotJudged { rules: facts.coverage.rules }, all);
    }
    if !path.has_map && path.service.is_some() {
        add("who calls whom", Sentence::NoMap, all);
    }
    if users_at - first < SHORT {
        add("rhythms", Sentence::ShortPast { span: (users_at - first).max(0) }, all);
    }
    for path in facts.untimed {
        add(path, Sentence::Untimed { path: path.clone() }, cites.file(path));
    }
    for file in &facts.coverage.files {
        let worst = file
            .complaints
            .iter()
            .filter(|(kind, _)| !kind.is_note())
            .max_by_key(|(k, c)| (k.is_of_file(), c.count, **k));
        let Some((kind, complaint)) = worst else { continue };
        let share = complaint.count as f64 / file.records.max(1) as f64;
        let told_already = *kind == ComplaintKind::LostPart || facts.untimed.contains(&file.path);
        if (kind.is_of_file() || share >= NAMED_SHARE) && !told_already {
            let records = (!kind.is_of_file()).then_some(complaint.count);
            let sentence = Sentence::NotUnderstood { path: file.path.clone(), records, words: kind.words() };
            add(&file.path, sentence, cites.file(&file.path));
        }
    }
    spots
}

/// Which kinds of telemetry a service lacks.
fn lacking(reporter: Option<&Reporter>) -> Vec<&'static str> {
    let reporter = reporter.cloned().unwrap_or_default();
    let kinds = [("logs", reporter.logs), ("metrics", reporter.points), ("spans", reporter.spans)];
    kinds.into_iter().filter(|(_, had)| had.is_none()).map(|(kind, _)| kind).collect()
}
