//! The timeline: a lane for each service, the time before users were hurt growing towards that moment, as memory does.

use maud::{Markup, html};

use crate::case::{Case, moment};
use crate::spoken::{column, day_clock};

/// Width and paddings of the drawing, in its own units.
const WIDTH: f64 = 1000.0;
const LEFT: f64 = 150.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 46.0;
/// Height of a row of a lane, and between lanes.
const ROW: f64 = 13.0;
const GAP: f64 = 11.0;
/// A lane has so many rows at most; what finds none lies over others.
const ROWS_MAX: usize = 14;
/// Around this far from the moment time begins to shrink, in milliseconds.
const NEAR: f64 = 600_000.0;
/// Moments that are marked, as lengths in milliseconds, where there is room.
const TICKS: [i64; 13] = [
    60_000 * 10,
    60_000 * 30,
    3_600_000,
    3_600_000 * 3,
    3_600_000 * 6,
    3_600_000 * 12,
    86_400_000,
    86_400_000 * 2,
    86_400_000 * 4,
    86_400_000 * 7,
    86_400_000 * 14,
    86_400_000 * 30,
    86_400_000 * 90,
];

/// The signals of one service.
pub struct Lane {
    /// The service; empty where nobody says.
    pub service: String,
    /// Indices into the story's signals, in order of detection.
    pub signals: Vec<usize>,
}

impl Lane {
    /// The service's name for the eye.
    pub fn name(&self) -> &str {
        if self.service.is_empty() { "no service given" } else { &self.service }
    }
}

/// Lanes in the order in which their first shown signal was raised, those without one behind.
pub fn lanes(case: &Case) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for (number, signal) in case.story.signals.iter().enumerate() {
        let service = signal.subject.service.clone().unwrap_or_default();
        match lanes.iter_mut().find(|lane| lane.service == service) {
            Some(lane) => lane.signals.push(number),
            None => lanes.push(Lane { service, signals: vec![number] }),
        }
    }
    let hurt = case.story.incident.service.clone().unwrap_or_default();
    let first = |lane: &Lane| {
        let shown = |n: &&usize| case.story.signals[**n].strength >= signal::budget::SHOWN;
        lane.signals.iter().find(shown).map_or(i64::MAX, |n| case.times.signals[*n].detected)
    };
    // The hurt service stands last: all others lead to it.
    lanes.sort_by_key(|lane| (first(lane) == i64::MAX, lane.service == hurt, first(lane), lane.service.clone()));
    lanes
}

/// Moments to places: the farther from when users were hurt, the closer together.
pub struct Axis {
    middle: i64,
    from: f64,
    to: f64,
}

impl Axis {
    fn of(case: &Case) -> Axis {
        let times = &case.times;
        let mut all: Vec<i64> = vec![times.users_at, times.noticed_at];
        all.extend(times.span.iter().flat_map(|(from, to)| [*from, *to]));
        all.extend(times.signals.iter().flat_map(|s| [s.onset.0, s.detected]));
        all.extend(&times.changes);
        let (from, to) = (all.iter().min().copied().unwrap_or(0), all.iter().max().copied().unwrap_or(1));
        let middle = times.users_at;
        let squeezed = |at: i64| (at.saturating_sub(middle) as f64 / NEAR).asinh();
        let (from, to) = (squeezed(from), squeezed(to));
        Axis { middle, from, to: if to > from { to } else { from + 1.0 } }
    }

    fn x(&self, at: i64) -> f64 {
        let at = (at.saturating_sub(self.middle) as f64 / NEAR).asinh();
        LEFT + (at - self.from) / (self.to - self.from) * (WIDTH - LEFT - RIGHT)
    }

    /// Lengths before (negative) and after that are marked, with room between them.
    fn ticks(&self) -> Vec<i64> {
        let after = TICKS.iter().copied();
        let before = TICKS.iter().rev().map(|tick| -tick);
        let within = |tick: &i64| {
            let x = self.x(self.middle.saturating_add(*tick));
            x > LEFT + 12.0 && x < WIDTH - RIGHT
        };
        let mut ticks: Vec<i64> = before.chain([0]).chain(after).filter(within).collect();
        // From the moment outwards, so that it is always marked itself.
        ticks.sort_by_key(|tick| tick.abs());
        let mut kept: Vec<i64> = Vec::new();
        for tick in ticks {
            let x = self.x(self.middle.saturating_add(tick));
            let free = kept.iter().all(|other| (self.x(self.middle.saturating_add(*other)) - x).abs() > 46.0);
            if free {
                kept.push(tick);
            }
        }
        kept.sort_unstable();
        kept
    }
}

/// A place in the drawing with one digit: enough for the eye, and equal on every machine.
pub fn place(x: f64) -> String {
    let tenths = (x * 10.0).round() as i64;
    match (tenths / 10, (tenths % 10).abs()) {
        (whole, 0) => whole.to_string(),
        (0, tenth) if tenths < 0 => format!("-0.{tenth}"),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

/// The rows of a lane: for each signal its row, the first that is free.
fn rows(case: &Case, lane: &Lane, axis: &Axis) -> (Vec<usize>, usize) {
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for number in &lane.signals {
        let times = &case.times.signals[*number];
        let (from, to) = (axis.x(times.onset.0.min(times.detected)), axis.x(times.detected) + 6.0);
        let row = match ends.iter().position(|end| *end < from) {
            Some(free) => free,
            None if ends.len() < ROWS_MAX => {
                ends.push(0.0);
                ends.len() - 1
            }
            None => number % ROWS_MAX,
        };
        ends[row] = ends[row].max(to);
        placed.push(row);
    }
    (placed, ends.len().max(1))
}

/// The timeline with its legend.
pub fn figure(case: &Case) -> Markup {
    let lanes = lanes(case);
    let axis = Axis::of(case);
    let mut y = TOP + 26.0;
    let mut drawn = Vec::new();
    for lane in &lanes {
        let (placed, rows) = rows(case, lane, &axis);
        drawn.push((y, placed, lane));
        y += rows as f64 * ROW + GAP;
    }
    let height = y + 8.0;
    let x = |at: i64| place(axis.x(at));
    let users = x(case.times.users_at);
    html! {
        figure.timeline aria-labelledby="timeline-title" {
            figcaption #timeline-title { "From the first evidence to the end. Time grows towards the moment " (if case.glance.asked { "that is asked about" } else { "users were hurt" }) "." }
            div.scroll tabindex="0" role="region" aria-label="Timeline" {
                svg viewBox={ "0 0 " (place(WIDTH)) " " (place(height)) } role="group" aria-label="Signals by service, changes, and the moment users were hurt" {
                    @for tick in axis.ticks() {
                        @let at = case.times.users_at.saturating_add(tick);
                        line.grid x1=(x(at)) x2=(x(at)) y1=(place(TOP)) y2=(place(height)) {}
                        text.tick x=(x(at)) y=(place(TOP - 8.0)) text-anchor="middle" {
                            @if tick == 0 { (if case.glance.asked { "asked" } else { "hurt" }) } @else { (if tick < 0 { "−" } else { "+" }) (column(tick.abs() * 1_000_000)) }
                        }
                    }
                    (changes(case, &axis))
                    @for (top, placed, lane) in &drawn { (lane_drawn(case, &axis, *top, placed, lane)) }
                    line.users x1=(users) x2=(users) y1=(place(TOP - 4.0)) y2=(place(height)) {}
                    @if case.times.noticed_at != case.times.users_at {
                        line.noticed x1=(x(case.times.noticed_at)) x2=(x(case.times.noticed_at)) y1=(place(TOP)) y2=(place(height)) {
                            title { "noticed " (day_clock(moment(case.times.noticed_at))) " UTC" }
                        }
                    }
                    @if let Some(at) = case.times.told_at {
                        line.told x1=(x(at)) x2=(x(at)) y1=(place(TOP)) y2=(place(height)) {
                            title { "first alert delivered " (day_clock(moment(at))) " UTC" }
                        }
                        text.tick x=(x(at)) y=(place(14.0)) text-anchor="middle" { "alert" }
                    }
                }
            }
            ul.legend aria-label="Legend" {
                li { svg viewBox="0 0 30 10" aria-hidden="true" { rect.onset x="2" y="2" width="20" height="6" rx="3" {} line.raised x1="22" x2="22" y1="0" y2="10" {} } "may have begun; raised" }
                li { svg viewBox="0 0 30 10" aria-hidden="true" { line.stands x1="2" x2="28" y1="5" y2="5" {} } "still stood" }
                li { svg viewBox="0 0 30 10" aria-hidden="true" { path.flag d="M10 10V0l9 3-9 3" {} } "change" }
                li { svg viewBox="0 0 30 10" aria-hidden="true" { line.users x1="15" x2="15" y1="0" y2="10" {} } (if case.glance.asked { "asked about" } else { "users hurt" }) }
                @if case.times.noticed_at != case.times.users_at {
                    li { svg viewBox="0 0 30 10" aria-hidden="true" { line.noticed x1="15" x2="15" y1="0" y2="10" {} } "noticed" }
                }
            }
        }
    }
}

/// Changes as flags, those that fit best in front.
fn changes(case: &Case, axis: &Axis) -> Markup {
    let none = case.story.suspects.no_change.score;
    html! {
        text.lane x="8" y=(place(TOP + 14.0)) { "changes" }
        @for (number, change) in case.changes.iter().enumerate().rev() {
            @let at = case.times.changes[number];
            @let score = case.story.suspects.changes[number].score;
            @let x = axis.x(at);
            path.flag.fits[score > none] d={ "M" (place(x)) " " (place(TOP + 18.0)) "v-14l9 3.5-9 3.5" }
                data-cites=(change.cites.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")) {
                title { (day_clock(moment(at))) " UTC: " (change.what) }
            }
        }
    }
}

fn lane_drawn(case: &Case, axis: &Axis, top: f64, placed: &[usize], lane: &Lane) -> Markup {
    let name: String = lane.name().chars().take(22).collect();
    html! {
        line.rule x1="0" x2=(place(WIDTH)) y1=(place(top - GAP / 2.0)) y2=(place(top - GAP / 2.0)) {}
        text.lane x="8" y=(place(top + ROW * 0.8)) { (name) }
        @for (number, row) in lane.signals.iter().zip(placed) {
            @let signal = &case.story.signals[*number];
            @let row_data = &case.rows[*number];
            @let times = &case.times.signals[*number];
            @let y = top + *row as f64 * ROW + ROW / 2.0;
            @let (low, high) = (axis.x(times.onset.0), axis.x(times.onset.1));
            @let raised = axis.x(times.detected);
            @let end = times.ended.map_or(WIDTH - RIGHT, |end| axis.x(end).min(WIDTH - RIGHT));
            a.mark.pain[signal.pain].weak[signal.strength < signal::budget::SHOWN] href={ "#s" (number) }
                data-service=(lane.service) data-strength=(format!("{:.3}", signal.strength))
                data-cites=(row_data.cites.iter().map(usize::to_string).collect::<Vec<_>>().join(" "))
                aria-label={ (row_data.when) ", " (row_data.label) ", " (row_data.subject) ", strength " (format!("{:.2}", signal.strength)) } {
                title { (day_clock(moment(times.detected))) " UTC: " (signal.summary) }
                @if end > raised { line.stands x1=(place(raised)) x2=(place(end)) y1=(place(y)) y2=(place(y)) {} }
                rect.onset x=(place(low)) y=(place(y - 3.5)) width=(place((high - low).max(2.0))) height="7" rx="3.5" {}
                line.raised x1=(place(raised)) x2=(place(raised)) y1=(place(y - 5.5)) y2=(place(y + 5.5)) {}
            }
        }
    }
}
