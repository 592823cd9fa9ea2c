//! Templates with what is known of each: counts over time, severities, services, what their places held.

use std::collections::BTreeMap;

use evidence::{Hasher, Id, LogCount, Name, Time};
use signal::templates::{
    Anatomy, Group, HOLE, Kinds, LEARNT, Measure, Member, Sketch, Value, bare, measured_in, templates,
};
use tell::{Numbers, ParameterRow, TemplateRow, ValueRow};

use super::severity;
use crate::failure::Failure;
use crate::read::Evidence;

/// How many member shapes of a template are named.
const ALIASES: usize = 64;
/// Into how many stretches of time counts are put.
const STRETCHES: usize = 16;

/// All templates, and which one each shape has.
pub struct Gathered {
    pub templates: Vec<Template>,
    pub of_shape: Vec<usize>,
}

/// One template while its records are gathered.
pub struct Template {
    pub id: Id,
    pub text: String,
    kinds: Kinds,
    members: Vec<Id>,
    count: u64,
    sides: [u64; 2],
    severities: BTreeMap<u8, u64>,
    services: BTreeMap<Name, u64>,
    span: Option<(Time, Time)>,
    rate: Vec<u64>,
    example: Option<(u64, u64)>,
    parameters: Vec<Held>,
}

/// What a place held: as what it is told, and the unit that stands behind it.
struct Held {
    kind: String,
    unit: String,
    sketch: Sketch,
}

/// The templates over all shapes. `sides`: two paths that are compared.
///
/// # Errors
/// The spool could not be read.
pub fn gather(evidence: &Evidence, sides: Option<&[String; 2]>) -> Result<Gathered, Failure> {
    let mut counts: BTreeMap<u32, (u64, Kinds)> = BTreeMap::new();
    for row in evidence.kept.scan()?.logs {
        let (count, kinds) = counts.entry(row.shape).or_insert((0, Kinds(row.kinds)));
        *count += u64::from(row.count);
        *kinds = kinds.join(Kinds(row.kinds));
    }
    let anatomies: BTreeMap<u32, Anatomy> =
        counts.keys().map(|s| (*s, Anatomy::of(evidence.shapes.text(*s)))).collect();
    let mut skeletons: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
    for (shape, anatomy) in &anatomies {
        let member = Member { anatomy, lines: counts[shape].0, index: *shape };
        skeletons.entry(&anatomy.skeleton).or_default().push(member);
    }
    let mut found: Vec<Template> = Vec::new();
    let mut of_id: BTreeMap<Id, usize> = BTreeMap::new();
    let mut of_shape = vec![usize::MAX; evidence.shapes.count()];
    for group in skeletons.values().flat_map(|members| templates(members)) {
        let template = Template::of(&group, evidence, &counts, &anatomies);
        // What is told as the same text is the same template, whatever its places were learnt from.
        let index = *of_id.entry(template.id).or_insert(found.len());
        group.members.iter().for_each(|member| of_shape[*member as usize] = index);
        match found.get_mut(index) {
            Some(known) => {
                known.span = joined(known.span, template.span);
                known.members.extend(template.members);
            }
            None => found.push(template),
        }
    }
    found.iter_mut().for_each(|template| template.members.sort_unstable());
    let side: Vec<Option<usize>> = evidence.sources.iter().map(|name| sides.and_then(|s| side_of(name, s))).collect();
    for row in evidence.kept.scan()?.logs {
        let template = &mut found[of_shape[row.shape as usize]];
        template.add(&row, evidence.span);
        if let Some(Some(side)) = side.get(row.source as usize) {
            template.sides[*side] += u64::from(row.count);
        }
    }
    Ok(Gathered { templates: found, of_shape })
}

/// On which of two sides a source lies.
fn side_of(name: &str, sides: &[String; 2]) -> Option<usize> {
    let below = |path: &String| {
        let path = path.trim_end_matches('/');
        name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // Of two folders of which one lies in the other, the inner one counts.
    (0..2).filter(|at| below(&sides[*at])).max_by_key(|at| sides[*at].len())
}

/// From the earlier beginning to the later end.
fn joined(one: Option<(Time, Time)>, other: Option<(Time, Time)>) -> Option<(Time, Time)> {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, other) => one.or(other),
    }
}

impl Template {
    fn of(
        group: &Group,
        evidence: &Evidence,
        counts: &BTreeMap<u32, (u64, Kinds)>,
        anatomies: &BTreeMap<u32, Anatomy>,
    ) -> Template {
        let kinds = group.members.iter().map(|m| counts[m].1).reduce(Kinds::join).unwrap_or_default();
        Template {
            id: Hasher::new("template", evidence::SHAPE_VERSION).text(&bare(&group.text)).id(),
            text: group.text.clone(),
            kinds,
            members: group.members.iter().map(|m| evidence.shapes.id(*m)).collect(),
            count: 0,
            sides: [0; 2],
            severities: BTreeMap::new(),
            services: BTreeMap::new(),
            span: group.members.iter().map(|m| evidence.seen.get(*m as usize)?.times).fold(None, joined),
            rate: vec![0; STRETCHES],
            example: None,
            parameters: parameters(group, kinds, evidence, counts, anatomies),
        }
    }

    fn add(&mut self, row: &LogCount, span: Option<(Time, Time)>) {
        self.count += u64::from(row.count);
        *self.severities.entry(row.severity).or_default() += u64::from(row.count);
        *self.services.entry(row.service).or_default() += u64::from(row.count);
        if let Some((first, last)) = span.filter(|_| row.edge != Time::MIN) {
            let (at, width) = (i128::from(row.sample_time - first), i128::from(last - first) + 1);
            let stretch = (at * STRETCHES as i128 / width).clamp(0, STRETCHES as i128 - 1);
            self.rate[stretch as usize] += u64::from(row.count);
        }
        if row.sample_text != u64::MAX {
            let best = (row.sample_hash, row.sample_text);
            self.example = Some(self.example.map_or(best, |e| if best.0 < e.0 { best } else { e }));
        }
    }

    /// The severity that most records have.
    pub fn severity(&self) -> u8 {
        self.severities.iter().max_by_key(|(s, n)| (**n, **s)).map_or(0, |(s, _)| *s)
    }
}

/// What the places held, in the order of the text: masked ones, and words that were learnt to vary.
fn parameters(
    group: &Group,
    kinds: Kinds,
    evidence: &Evidence,
    counts: &BTreeMap<u32, (u64, Kinds)>,
    anatomies: &BTreeMap<u32, Anatomy>,
) -> Vec<Held> {
    let Some(sketches) = &evidence.sketches else { return Vec::new() };
    let (mut masked, mut learnt) = (0_u8, group.learnt.iter());
    let mut out = Vec::new();
    let mut rest = group.text.as_str();
    while let Some(at) = [rest.find(HOLE), rest.find(LEARNT)].into_iter().flatten().min() {
        let mut sketch = Sketch::default();
        if rest[at..].starts_with(HOLE) {
            let known = group.members.iter().filter_map(|member| sketches.get(&(*member, masked)));
            known.for_each(|of_member| sketch.join(of_member));
            rest = &rest[at + HOLE.len()..];
            let measured = measured_in(rest).filter(|_| kinds.name(usize::from(masked)) == "num");
            let (kind, unit) = measured.map_or((kinds.name(usize::from(masked)), ""), |(kind, unit)| (kind, unit));
            out.push(Held { kind: kind.to_string(), unit: unit.to_string(), sketch });
            masked = masked.saturating_add(1);
        } else {
            let word = learnt.next().copied().unwrap_or_default();
            for member in &group.members {
                let (text, line) = (anatomies[member].word(word), evidence.shapes.text(*member));
                sketch.add_times(text.as_bytes(), line.as_bytes(), counts[member].0);
            }
            out.push(Held { kind: "word".to_string(), unit: String::new(), sketch });
            rest = &rest[at + LEARNT.len()..];
        }
    }
    out
}

/// A template as it is told.
pub fn row(evidence: &Evidence, template: &Template) -> TemplateRow {
    let named = |name: &Name| evidence.names.text(*name).to_string();
    let service = template.services.iter().map(|(name, count)| (*count, std::cmp::Reverse(named(name)))).max();
    TemplateRow {
        id: evidence::short(template.id),
        aliases: template.members.iter().take(ALIASES).map(|id| evidence::short(*id)).collect(),
        more_aliases: template.members.len().saturating_sub(ALIASES) as u64,
        template: template.kinds.shown(&template.text),
        count: template.count,
        sides: template.sides,
        severity: severity(template.severity()).to_string(),
        service: service.map(|(_, name)| name.0).unwrap_or_default(),
        first_seen: template.span.map(|(first, _)| first),
        last_seen: template.span.map(|(_, last)| last),
        rate: template.rate.clone(),
        example: template.example.and_then(|(_, at)| evidence.kept.text(at)).unwrap_or_default(),
        parameters: template.parameters.iter().map(parameter).collect(),
    }
}

fn parameter(held: &Held) -> ParameterRow {
    let sketch = &held.sketch;
    let (distinct, is_exact) = sketch.distinct();
    let at = |share: f64| sketch.quantile(share).unwrap_or(0.0);
    let numbers = sketch.is_numeric().then(|| Numbers {
        unit: match sketch.measure() {
            Some(Measure::Seconds) => "s".to_string(),
            Some(Measure::Bytes) => "B".to_string(),
            None => held.unit.clone(),
        },
        least: at(0.0),
        median: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        most: at(1.0),
    });
    let value = |v: &Value| ValueRow { text: v.text.to_string(), count: v.count, around: v.around.to_string() };
    let values = sketch.values().into_iter().map(value).collect();
    ParameterRow { kind: held.kind.clone(), count: sketch.count(), distinct, is_exact, values, numbers }
}
