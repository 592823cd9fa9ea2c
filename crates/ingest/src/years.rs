//! Years of stamps that have none: taken from the evidence around them, never from a clock.
//!
//! Refuses to know how the first moment was found out; see [`crate::Opened::set_year_base`].

use evidence::{Civil, DAY, Nanos, Time};

/// How far a stamp may lie before the one that was believed last and still be of the same year round.
const BACK: Nanos = 31 * DAY;
/// A step ahead up to this is believed at once.
const STEP: Nanos = 7 * DAY;
/// So many stamps in a row must agree on a longer step.
const AGREE: u8 = 3;

/// Places stamps in the year that keeps them less than a month before, and less than eleven after, the believed moment.
/// One wrong stamp does not move that moment: a long step ahead needs three stamps in a row.
#[derive(Clone, Debug)]
pub(crate) struct Years {
    base: Time,
    ahead: Option<(Time, u8)>,
}

impl Years {
    /// Begins at a moment that the first stamps lie near.
    pub fn new(base: Time) -> Years {
        Years { base, ahead: None }
    }

    /// The moment that was believed last.
    pub fn base(&self) -> Time {
        self.base
    }

    /// The date with its year; `None` where the date exists in no year around.
    pub fn place(&mut self, civil: Civil) -> Option<Civil> {
        let year = self.base.civil().year;
        let earliest = self.base - BACK;
        let placed = (year - 1..=year + 8).map(|year| Civil { year, ..civil });
        let placed = placed.filter_map(|c| c.utc().map(|t| (t, c))).find(|(time, _)| *time >= earliest);
        let (time, civil) = placed?;
        self.note(time);
        Some(civil)
    }

    fn note(&mut self, time: Time) {
        if time - self.base <= STEP {
            self.base = self.base.max(time);
            self.ahead = None;
            return;
        }
        let agrees = |first: Time| time >= first && time - first <= STEP;
        self.ahead = match self.ahead {
            Some((first, n)) if agrees(first) && n + 1 >= AGREE => {
                self.base = time;
                None
            }
            Some((first, n)) if agrees(first) => Some((first, n + 1)),
            _ => Some((time, 1)),
        };
    }
}

/// The moment of a date without a year that lies nearest to another moment.
pub(crate) fn nearest(civil: Civil, near: Time) -> Option<Time> {
    let year = near.civil().year;
    let around = (year - 4..=year + 4).filter_map(|year| Civil { year, ..civil }.utc());
    around.min_by_key(|time| (*time - near).saturating_abs())
}

/// The last moment of a date without a year that is not after another moment, a day's grace given.
pub(crate) fn last_before(civil: Civil, end: Time) -> Option<Time> {
    let year = end.civil().year;
    let before = (year - 8..=year + 1).rev().filter_map(|year| Civil { year, ..civil }.utc());
    before.into_iter().find(|time| *time <= end + DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn civil(month: u8, day: u8) -> Civil {
        Civil { year: 0, month, day, hour: 12, minute: 0, second: 0, nanos: 0 }
    }

    fn at(year: i32, month: u8, day: u8) -> Time {
        Civil { year, ..civil(month, day) }.utc().unwrap()
    }

    fn placed(base: Time, dates: &[(u8, u8)]) -> Vec<i32> {
        let mut years = Years::new(base);
        dates.iter().map(|(month, day)| years.place(civil(*month, *day)).unwrap().year).collect()
    }

    #[test]
    fn years_turn_with_the_log_and_a_straggler_stays_in_its_own() {
        assert_eq!(
            placed(at(2025, 12, 30), &[(12, 30), (12, 31), (1, 1), (12, 31), (1, 2)]),
            [2025, 2025, 2026, 2025, 2026]
        );
    }

    #[test]
    fn one_wrong_stamp_does_not_move_what_follows() {
        assert_eq!(placed(at(2026, 3, 1), &[(3, 1), (11, 5), (3, 2), (3, 3)]), [2026; 4]);
    }

    #[test]
    fn a_log_may_last_for_years() {
        let months = |year: i32| (1..=12).map(move |m| (year, m));
        let all: Vec<(i32, u8)> = (2024..=2026).flat_map(months).collect();
        let dates: Vec<(u8, u8)> = all.iter().flat_map(|(_, m)| [(*m, 2), (*m, 3), (*m, 4)]).collect();
        let expected: Vec<i32> = all.iter().flat_map(|(y, _)| [*y; 3]).collect();
        assert_eq!(placed(at(2024, 1, 2), &dates), expected);
    }

    #[test]
    fn the_leap_day_finds_a_leap_year() {
        assert_eq!(nearest(civil(2, 29), at(2027, 1, 1)), Some(at(2028, 2, 29)));
        assert_eq!(last_before(civil(2, 29), at(2027, 1, 1)), Some(at(2024, 2, 29)));
        assert_eq!(placed(at(2025, 2, 20), &[(2, 29)]), [2028]);
    }

    #[test]
    fn a_file_was_written_before_it_was_last_changed() {
        assert_eq!(last_before(civil(12, 31), at(2026, 1, 2)), Some(at(2025, 12, 31)));
        assert_eq!(nearest(civil(12, 31), at(2026, 1, 2)), Some(at(2025, 12, 31)));
    }
}
