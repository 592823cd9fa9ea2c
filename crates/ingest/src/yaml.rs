//! YAML as strangers write it: read with budgets, so that a few lines of aliases cannot keep a processor busy.
//!
//! Depth, nodes and scalars have the limits that serde-saphyr gives them; what aliases repeat has a tighter one.
//! Refuses to know what a document means.

use serde::de::DeserializeOwned;
use serde_saphyr::{Error, from_str_with_options};

/// So many events of a document may come out of its aliases. A file of rules that shares its labels stays far below.
const ALIASED_EVENTS: usize = 50_000;

/// The one document of a text.
///
/// # Errors
/// It is no YAML, not of that type, has a key twice, or goes beyond a budget.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let aliases = serde_saphyr::alias_limits! { max_total_replayed_events: ALIASED_EVENTS };
    from_str_with_options(text, serde_saphyr::options! { alias_limits: aliases })
}

/// What is wrong, in words without the place and the reader's own settings.
pub(crate) fn words(error: &Error) -> String {
    let all = error.to_string();
    let first = all.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let first = match (first.strip_prefix("line "), first.split_once(": ")) {
        (Some(_), Some((_, words))) => words,
        _ => first,
    };
    first.split(", set ").next().unwrap_or_default().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_that_repeat_each_other_end_at_a_budget_and_few_are_read() {
        let shared = read::<Vec<Vec<u32>>>("- &a [1, 2]\n- *a\n- *a\n").unwrap();
        assert_eq!(shared, [[1, 2], [1, 2], [1, 2]]);
        let row = |n: u32| format!("- &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9));
        let laughs: String = std::iter::once("- &a0 [1]\n".to_string()).chain((1..9).map(row)).collect();
        let begun = std::time::Instant::now();
        let refused = read::<serde::de::IgnoredAny>(&laughs).err().map(|e| words(&e)).unwrap_or_default();
        assert!(refused.contains("alias"), "{refused}");
        let twice = read::<std::collections::BTreeMap<String, u32>>("a: 1\na: 2\n").err().map(|e| words(&e));
        assert_eq!(twice.as_deref(), Some("duplicate mapping key: a"));
        assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
    }
}
