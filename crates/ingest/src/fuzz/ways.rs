//! The ways in which one input is read: what it is said to hold, under which settings, in chunks of which size.
//!
//! There are few enough of them that a found case can be tried in all.

use crate::formats::FORMATS;
use crate::fuzz::Chance;
use crate::settings::{Given, Limits, Settings};
use crate::zone::Zone;
use crate::{CHUNK_BYTES, Format};

/// One way to read an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Who takes it apart.
    pub by: By,
    /// Under which settings.
    pub under: Under,
    /// How many bytes a chunk has.
    pub chunk_bytes: usize,
}

/// Who takes an input apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The format that recognises itself, of what the user said that it holds.
    Given(Given),
    /// The format of that number in the list, whatever it looks like.
    Format(usize),
    /// The reader of incidents.
    Incident,
    /// What reads moments and zones that people type.
    Moment,
}

/// Which settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// The defaults, and a year.
    Defaults,
    /// A zone whose clocks are set forth and back, and no year.
    Zone,
    /// Limits that nearly everything reaches.
    Tight,
}

const GIVENS: [Given; 6] = [Given::Guess, Given::Logs, Given::Metrics, Given::Traces, Given::Changes, Given::Alerts];
const UNDER: [Under; 3] = [Under::Defaults, Under::Zone, Under::Tight];
const CHUNKS: [usize; 5] = [CHUNK_BYTES, 1, 17, 120, 700];

impl Way {
    /// As a file of which nothing is known.
    pub const PLAIN: Way = Way { by: By::Given(Given::Guess), under: Under::Defaults, chunk_bytes: CHUNK_BYTES };

    /// Every way there is.
    pub fn all() -> Vec<Way> {
        let given = GIVENS.iter().flat_map(|g| CHUNKS.iter().map(|c| (By::Given(*g), *c)));
        let forced = (0..FORMATS.len()).map(|n| (By::Format(n), CHUNK_BYTES));
        let others = [(By::Incident, CHUNK_BYTES), (By::Moment, CHUNK_BYTES)];
        let ways = given.chain(forced).chain(others);
        ways.flat_map(|(by, chunk_bytes)| UNDER.iter().map(move |under| Way { by, under: *under, chunk_bytes }))
            .collect()
    }

    /// Some way: mostly as a file of which nothing is known.
    pub fn any(chance: &mut Chance) -> Way {
        let by = match chance.below(16) {
            0..7 => By::Given(Given::Guess),
            7..10 => By::Given(*chance.pick(&GIVENS)),
            10..14 => By::Format(chance.below(FORMATS.len())),
            14 => By::Incident,
            _ => By::Moment,
        };
        let under = if chance.once_in(2) { Under::Defaults } else { *chance.pick(&UNDER) };
        let chunk_bytes = if matches!(by, By::Given(_)) { *chance.pick(&CHUNKS) } else { CHUNK_BYTES };
        Way { by, under, chunk_bytes }
    }

    /// The format that is asked, whatever the input looks like.
    pub(crate) fn format(self) -> Option<&'static Format> {
        match self.by {
            By::Format(number) => FORMATS.get(number),
            _ => None,
        }
    }

    /// The settings.
    pub fn settings(self) -> Settings {
        match self.under {
            Under::Defaults => Settings { year: Some(2026), ..Settings::default() },
            Under::Zone => Settings { timezone: Zone::of("Europe/Berlin").unwrap_or_default(), ..Settings::default() },
            Under::Tight => Settings { limits: tight(), ..Settings::default() },
        }
    }
}

fn tight() -> Limits {
    Limits {
        line_bytes: 64,
        document_bytes: 2_048,
        decompressed_bytes: 20_000,
        ratio: 10,
        ratio_from_bytes: 1_000,
        json_depth: 4,
        fields: 2,
        series: 3,
        ..Limits::default()
    }
}
