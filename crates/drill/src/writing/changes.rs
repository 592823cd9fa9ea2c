//! `changes.jsonl`: what people did, one change a line.

use evidence::Time;

use super::File;
use crate::world::World;
use crate::world::changes::Change;

/// The changes that the evidence shows.
pub fn shown(world: &World, from: Time) -> impl Iterator<Item = &Change> {
    let until = world.calendar.end;
    world.changes.iter().filter(move |c| c.time >= from && c.time < until)
}

/// The file.
pub fn file(world: &World, from: Time) -> File {
    let lines: Vec<String> = shown(world, from)
        .map(|change| {
            serde_json::to_string(change).expect("a change has only text keys and texts: nothing in it can fail")
        })
        .collect();
    let mut text = lines.join("\n");
    text.push('\n');
    File { name: "changes.jsonl".to_string(), records: lines.len(), text: text.into_bytes() }
}
