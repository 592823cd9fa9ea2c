//! Who calls whom, in columns from caller to callee, with the path of the failure.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::timeline::place;
use crate::case::Case;
use crate::spoken::counted;

/// A node's size, and the room between columns and rows.
const NODE: (f64, f64) = (150.0, 34.0);
const ROOM: (f64, f64) = (70.0, 18.0);
/// How far a call over a column is lifted.
const LIFT: f64 = 60.0;
/// So many services are drawn; of more, those nearest to the failure.
const SERVICES: usize = 40;

/// The map; nothing where no call was seen.
pub fn figure(case: &Case) -> Markup {
    if case.calls.is_empty() {
        return html! {};
    }
    let shown = shown(case);
    let edges: Vec<(&str, &str, u64)> = case
        .calls
        .iter()
        .filter(|call| {
            shown.contains(call.caller.as_str()) && shown.contains(call.callee.as_str()) && call.caller != call.callee
        })
        .map(|call| (call.caller.as_str(), call.callee.as_str(), call.count))
        .collect();
    let columns = columns(&shown, &edges);
    let mut at: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(1);
    let height = tallest as f64 * (NODE.1 + ROOM.1) + ROOM.1 + LIFT;
    for (column, services) in columns.iter().enumerate() {
        let free = height - LIFT - services.len() as f64 * (NODE.1 + ROOM.1) + ROOM.1;
        for (row, service) in services.iter().enumerate() {
            let x = 10.0 + column as f64 * (NODE.0 + ROOM.0);
            at.insert(service, (x, LIFT / 2.0 + free / 2.0 + row as f64 * (NODE.1 + ROOM.1)));
        }
    }
    let width = columns.len() as f64 * (NODE.0 + ROOM.0) - ROOM.0 + 20.0;
    let left_out = services(case).len() - shown.len();
    html! {
        section #map aria-labelledby="map-title" {
            h2 #map-title { "Who calls whom" }
            figure.map {
                div.scroll tabindex="0" role="region" aria-label="Map of calls" {
                    svg viewBox={ "0 0 " (place(width)) " " (place(height)) } width=(place(width)) role="img" aria-label=(described(case)) {
                        @for (caller, callee, count) in &edges { (edge(case, &at, caller, callee, *count)) }
                        @for (service, (x, y)) in &at { (node(case, service, *x, *y)) }
                    }
                }
                figcaption { (described(case)) @if left_out > 0 { " " (counted(left_out as u64, "service")) " farther away not drawn." } }
            }
        }
    }
}

fn services(case: &Case) -> BTreeSet<&str> {
    case.calls.iter().flat_map(|call| [call.caller.as_str(), call.callee.as_str()]).collect()
}

fn is_first(case: &Case, service: &str) -> bool {
    case.glance.departed.as_deref() == Some(service)
}

fn is_dragged(case: &Case, service: &str) -> bool {
    case.glance.departed.is_some() && case.story.blast_radius.iter().any(|dragged| dragged == service)
}

fn is_hurt(case: &Case, service: &str) -> bool {
    case.story.incident.service.as_deref() == Some(service)
}

/// The map in words.
fn described(case: &Case) -> String {
    let first = case.glance.departed.as_deref();
    let Some(first) = first else { return "No service departed.".to_string() };
    let first = format!("{first} departed first.");
    let dragged = &case.story.blast_radius;
    let dragged =
        if dragged.is_empty() { String::new() } else { format!(" After it, near it: {}.", dragged.join(", ")) };
    let hurt = case.story.incident.service.as_deref();
    let hurt = hurt.map_or(String::new(), |hurt| format!(" Users are served by {hurt}."));
    format!("{first}{dragged}{hurt}")
}

/// The services that are drawn: all, or those nearest to the failure.
fn shown(case: &Case) -> BTreeSet<&str> {
    let all = services(case);
    if all.len() <= SERVICES {
        return all;
    }
    let matters = |service: &&str| is_first(case, service) || is_dragged(case, service) || is_hurt(case, service);
    let mut shown: BTreeSet<&str> = all.iter().copied().filter(matters).take(SERVICES).collect();
    loop {
        let near = case.calls.iter().flat_map(|call| {
            let (caller, callee) = (call.caller.as_str(), call.callee.as_str());
            [(caller, callee), (callee, caller)]
        });
        let next: Vec<&str> = near
            .filter(|(known, other)| shown.contains(known) && !shown.contains(other))
            .map(|(_, other)| other)
            .collect();
        let before = shown.len();
        for service in next {
            if shown.len() < SERVICES {
                shown.insert(service);
            }
        }
        if shown.len() == before {
            break;
        }
    }
    let rest = all.iter().filter(|service| !shown.contains(*service)).copied().take(SERVICES - shown.len());
    let rest: Vec<&str> = rest.collect();
    shown.extend(rest);
    shown
}

/// Columns: a callee stands right of its callers, as far as there is no circle.
fn columns<'a>(shown: &BTreeSet<&'a str>, edges: &[(&'a str, &'a str, u64)]) -> Vec<Vec<&'a str>> {
    let mut rank: BTreeMap<&str, usize> = shown.iter().map(|service| (*service, 0)).collect();
    // A longest path has fewer steps than there are services; what goes on longer is a circle, and stops.
    for _ in 0..shown.len() {
        let mut moved = false;
        for (caller, callee, _) in edges {
            let wanted = rank[caller] + 1;
            let back = edges.iter().any(|(a, b, _)| a == callee && b == caller);
            if !back && rank[callee] < wanted && wanted < shown.len() {
                rank.insert(callee, wanted);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let mut used: Vec<usize> = rank.values().copied().collect();
    used.sort_unstable();
    used.dedup();
    let mut columns: Vec<Vec<&str>> = vec![Vec::new(); used.len()];
    for service in shown {
        let column = used.binary_search(&rank[service]).unwrap_or(0);
        columns[column].push(service);
    }
    // Each column in the order of where its callers stand: fewer lines cross.
    for column in 1..columns.len() {
        let before = columns[column - 1].clone();
        let middle = |service: &&str| {
            let places: Vec<usize> = edges
                .iter()
                .filter(|(_, callee, _)| callee == service)
                .filter_map(|(caller, _, _)| before.iter().position(|other| other == caller))
                .collect();
            places.iter().sum::<usize>() * 1000 / places.len().max(1)
        };
        columns[column].sort_by_key(|service| (middle(service), *service));
    }
    columns
}

fn edge(case: &Case, at: &BTreeMap<&str, (f64, f64)>, caller: &str, callee: &str, count: u64) -> Markup {
    let (from, to) = (at[caller], at[callee]);
    let fails = |service: &str| is_first(case, service) || is_dragged(case, service) || is_hurt(case, service);
    let (x1, y1) = (from.0 + NODE.0, from.1 + NODE.1 / 2.0);
    let (x2, y2) = (to.0, to.1 + NODE.1 / 2.0);
    let bend = ((x2 - x1).abs() / 2.0).max(30.0);
    // A call over a column goes above what stands there.
    let lift = if x2 - x1 > NODE.0 { LIFT } else { 0.0 };
    let path = format!(
        "M{} {}C{} {} {} {} {} {}",
        place(x1),
        place(y1),
        place(x1 + bend),
        place(y1 - lift),
        place(x2 - bend),
        place(y2 - lift),
        place(x2),
        place(y2)
    );
    html! {
        path.call.fails[fails(caller) && fails(callee)] d=(path) {
            title { (caller) " calls " (callee) ", " (counted(count, "call")) " seen" }
        }
        circle.head.fails[fails(caller) && fails(callee)] cx=(place(x2)) cy=(place(y2)) r="3" {}
    }
}

fn node(case: &Case, service: &str, x: f64, y: f64) -> Markup {
    let name: String = if service.chars().count() > 20 {
        service.chars().take(19).chain(['…']).collect()
    } else {
        service.to_string()
    };
    let says = match (is_first(case, service), is_hurt(case, service), is_dragged(case, service)) {
        (true, _, _) => "departed first",
        (_, true, _) => "users hurt",
        (_, _, true) => "departed after it",
        _ => "",
    };
    html! {
        g.node.first[is_first(case, service)].dragged[is_dragged(case, service)].hurt[is_hurt(case, service)] {
            rect x=(place(x)) y=(place(y)) width=(place(NODE.0)) height=(place(NODE.1)) rx="4" {}
            text x=(place(x + 10.0)) y=(place(y + if says.is_empty() { 21.0 } else { 15.0 })) { (name) title { (service) } }
            @if !says.is_empty() { text.says x=(place(x + 10.0)) y=(place(y + 28.0)) { (says) } }
        }
    }
}
