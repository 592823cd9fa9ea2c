//! A signal's series beside where it mostly was: small at a glance, larger with its moments where it is opened.

use maud::{Markup, html};

use super::timeline::place;
use crate::case::{Case, ChartDocument, moment};
use crate::spoken::day_clock;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 120.0;
/// Left and right of it, above and below it.
const SIDE: f64 = 4.0;
const ROOM: f64 = 10.0;

/// From values and moments to places.
struct Frame<'a> {
    chart: &'a ChartDocument,
    low: f64,
    high: f64,
    width: f64,
    height: f64,
    room: f64,
}

impl<'a> Frame<'a> {
    fn of(chart: &'a ChartDocument, (width, height, room): (f64, f64, f64)) -> Option<Frame<'a>> {
        let known = chart.values.iter().copied().flatten().filter(|value| value.is_finite());
        let (low, high) =
            known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return None;
        }
        // Counts stand on zero; so do shares.
        let low = if chart.measure == "mean" { low } else { low.min(0.0) };
        Some(Frame { chart, low, high: if high > low { high } else { low + 1.0 }, width, height, room })
    }

    fn x(&self, at: i64) -> f64 {
        let whole = self.chart.step.saturating_mul(self.chart.values.len() as i64).max(1) as f64;
        let part = at.saturating_sub(self.chart.from) as f64 / whole;
        SIDE + part.clamp(0.0, 1.0) * (self.width - 2.0 * SIDE)
    }

    fn y(&self, value: f64) -> f64 {
        self.height
            - self.room
            - (value.clamp(self.low, self.high) - self.low) / (self.high - self.low) * (self.height - 2.0 * self.room)
    }

    /// The series as strokes; what is not known breaks them.
    fn path(&self) -> String {
        let mut path = String::new();
        let mut pen = false;
        for (cell, value) in self.chart.values.iter().enumerate() {
            let Some(value) = value.filter(|value| value.is_finite()) else {
                pen = false;
                continue;
            };
            let at = self
                .chart
                .from
                .saturating_add(self.chart.step.saturating_mul(cell as i64))
                .saturating_add(self.chart.step / 2);
            let (x, y) = (place(self.x(at)), place(self.y(value)));
            path.push_str(&format!("{}{x} {y}", if pen { "L" } else { "M" }));
            if !pen {
                // A cell alone is still seen.
                path.push_str("h.1");
            }
            pen = true;
        }
        path
    }
}

/// A line of the series, without words.
pub fn small(case: &Case, signal: usize) -> Markup {
    let Some(frame) = case.chart(signal).and_then(|chart| Frame::of(chart, (160.0, 24.0, 3.0))) else {
        return html! { span.spark {} };
    };
    html! {
        svg.spark viewBox="0 0 160 24" preserveAspectRatio="none" aria-hidden="true" {
            @if let Some((low, high)) = frame.chart.band { (band(&frame, low, high)) }
            path.series d=(frame.path()) {}
        }
    }
}

fn band(frame: &Frame<'_>, low: f64, high: f64) -> Markup {
    let (top, bottom) = (frame.y(high), frame.y(low));
    html! {
        rect.band x=(place(SIDE)) y=(place(top - 0.5)) width=(place(frame.width - 2.0 * SIDE)) height=(place(bottom - top + 1.0)) {}
    }
}

/// The series with its band, its onset, when it was raised and when users were hurt.
pub fn figure(case: &Case, signal: usize) -> Markup {
    let Some(frame) = case.chart(signal).and_then(|chart| Frame::of(chart, (WIDTH, HEIGHT, ROOM))) else {
        return html! {};
    };
    let chart = frame.chart;
    let times = &case.times.signals[signal];
    let end = chart.from.saturating_add(chart.step.saturating_mul(chart.values.len() as i64));
    let (low, high) = (frame.x(times.onset.0), frame.x(times.onset.1));
    let (raised, users) = (place(frame.x(times.detected)), place(frame.x(case.times.users_at)));
    let cell = crate::spoken::spoken(chart.step.saturating_mul(1_000_000));
    let measure = match chart.measure.as_str() {
        "count" => format!("how many in {cell}"),
        "share" => format!("share of each {cell}"),
        _ => format!("mean of each {cell}"),
    };
    let said = format!(
        "{measure}, {} to {}, between {} and {}",
        day_clock(moment(chart.from)),
        day_clock(moment(end)),
        chart.range.0,
        chart.range.1
    );
    html! {
        figure.chart {
            svg viewBox={ "0 0 " (place(WIDTH)) " " (place(HEIGHT)) } role="img" aria-label={ "Its series: " (said) } {
                @if let Some((low, high)) = chart.band { (band(&frame, low, high)) }
                rect.onset x=(place(low)) y="0" width=(place((high - low).max(1.5))) height=(place(HEIGHT)) {}
                line.raised x1=(raised) x2=(raised) y1="0" y2=(place(HEIGHT)) {}
                line.users x1=(users) x2=(users) y1="0" y2=(place(HEIGHT)) {}
                path.series d=(frame.path()) {}
                text.tick x=(place(SIDE)) y="9" { (chart.range.1) }
                @if frame.low != 0.0 { text.tick x=(place(SIDE)) y=(place(HEIGHT - 1.0)) { (chart.range.0) } }
            }
            figcaption { (crate::spoken::capital(&said)) "."
                @if chart.band.is_some() { " The band holds nine of ten before the onset." } }
        }
    }
}
