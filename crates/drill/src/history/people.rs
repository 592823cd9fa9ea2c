//! Who wrote the shop: those who work there, those who left, and who looks over whose shoulder.
//!
//! All of them are invented. How active somebody is never depends on what an incident does.

use crate::chance::Chance;
use crate::shop::work::AUTHORS;

/// Those who left, and after which share of the years before the world.
const LEFT: &[(&str, f64)] = &[
    ("nils.bergstrom", 0.38),
    ("wanda.krol", 0.55),
    ("aylin.demir", 0.71),
    ("peter.hale", 0.82),
    ("lucia.ferro", 0.93),
];

/// Those who came later, and after which share.
const CAME: &[(&str, f64)] = &[("mira.kovac", 0.42), ("sam.odonnell", 0.66)];

/// Who works there after that share of the years.
pub fn active(share: f64) -> Vec<&'static str> {
    let here = |name: &&'static str| CAME.iter().all(|(other, from)| other != name || share >= *from);
    let left = LEFT.iter().filter(|(_, until)| share < *until).map(|(name, _)| *name);
    AUTHORS.iter().copied().filter(here).chain(left).collect()
}

/// `ines.moreau` as `Ines Moreau <ines.moreau@hollyhock.example>`.
pub fn signature(name: &str) -> String {
    let part = |word: &str| word[..1].to_uppercase() + &word[1..];
    let words: Vec<String> = name.split('.').map(part).collect();
    format!("{} <{name}@hollyhock.example>", words.join(" "))
}

/// The trailers of a message: most changes are reviewed, some were made by two.
pub fn trailers(chance: &mut Chance, author: &str, share: f64) -> String {
    let others: Vec<&str> = active(share).into_iter().filter(|a| *a != author).collect();
    let (reviewed, paired) = (chance.happens(0.62), chance.happens(0.09));
    let (reviewer, pair) = (*chance.pick(&others), *chance.pick(&others));
    let mut lines = Vec::new();
    if paired {
        lines.push(format!("Co-authored-by: {}", signature(pair)));
    }
    if reviewed {
        lines.push(format!("Reviewed-by: {}", signature(reviewer)));
    }
    if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_and_go() {
        assert!(active(0.1).contains(&"nils.bergstrom") && !active(0.5).contains(&"nils.bergstrom"));
        assert!(!active(0.1).contains(&"sam.odonnell"));
        assert_eq!(active(1.0), AUTHORS);
        assert_eq!(signature("ines.moreau"), "Ines Moreau <ines.moreau@hollyhock.example>");
    }
}
