//! A series of counts under watch: windows of six widths, each against its own past.

use evidence::{DAY, HOUR, MINUTE, Nanos, Time};

use super::baseline::{Baseline, Judged, Window};
use super::pool::Pools;
use super::rhythm::Rhythm;
use super::sparse::{Crowd, Sparse};
use crate::arithmetic::normal_quantile_upper;
use crate::budget::{RAISED, SHOWN, strength};
use crate::signal::Unit;

/// The widths of windows. A window ends at every multiple of half its width.
pub const SCALES: [Nanos; 6] = [2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY];
/// From this scale on windows are also judged against the past that ends three days before them.
const LONG: usize = 4;
/// How far before a long window the other past ends.
const LAG: Nanos = 3 * DAY;
/// A level that stays so long is settled.
const SETTLED: Nanos = 3 * DAY;
/// What has gone so much further than it had has not stayed.
const FURTHER: f64 = 1.25;
/// A signal that was never shown ends when nothing was heard of it for so long.
const FORGOTTEN: Nanos = DAY;
/// So long at least a series must be back before its signal ends.
const BACK: Nanos = 10 * MINUTE;
/// Within so many deviations a window is back.
const BACK_WITHIN: f64 = 2.0;
/// While a series has not been seen for a week and a day, one in fifty is taken to have a weekly habit that is still to
/// come: so many events a day that wide windows cannot tell from trouble.
const UNSEEN_HABITS: f64 = 0.02 / 3.5;
/// So long it has not been seen for a week and a day.
const UNSEEN_DAYS: f64 = 8.0;
/// The scale in whose half windows the hours of rare events are counted.
const HOURLY: usize = 2;
/// From this scale on a window is wide enough for a habit.
const WIDE: usize = 2;
/// Up to which scale a window is compared with other days at its time of day.
const DAILY: usize = 3;
/// What is within so many deviations of the mean is noise of its hour, not habit.
const HABIT_FROM: f64 = 2.0;
/// How many past departures of a stream are remembered, and how much less rare one may have been to be about as far.
const EPISODES: usize = 64;
const ABOUT: f64 = 30.0;
/// And how much less far it may have gone.
const ABOUT_AS_FAR: f64 = 0.5;
/// How many past states of a long baseline are kept.
const SNAPSHOTS: usize = 8;

/// Half the width of a scale: windows step by it.
pub fn half(scale: usize) -> Nanos {
    SCALES[scale] / 2
}

/// How many tests a stream has: windows of six widths against two pasts, wide ones also by their hours; on both sides.
const TESTS: f64 = 24.0;

/// Windows a day at a width, as the contract counts them: twice a day divided by the width.
fn windows_a_day(width: Nanos) -> f64 {
    2.0 * DAY as f64 / width as f64
}

/// Which way something departed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// More than before.
    Up,
    /// Less than before.
    Down,
    /// Never there before.
    New,
    /// There no more.
    Gone,
    /// Other than before.
    Changed,
}

/// A departure of a series, as known when the window that shows it closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// By the contract's definition.
    pub strength: f64,
    /// Expected number a day, were nothing wrong, of events of this stream at least this extreme.
    pub r: f64,
    /// Up or down.
    pub direction: Direction,
    /// Index into [`SCALES`].
    pub scale: usize,
    /// Whether it came over days (a value's drift).
    pub long: bool,
    /// Whether it stood already.
    pub stood: bool,
    /// What the past let expect of the window.
    pub expected: f64,
    /// What it was.
    pub observed: f64,
    /// Whether what counts are the hours in which rare events came: then both numbers are hours of the window.
    pub in_hours: bool,
    /// The window: after its start, up to its end.
    pub window: (Time, Time),
    /// When it began, from the past alone; and the interval for it.
    pub onset: Time,
    /// The earliest that it may have begun.
    pub onset_low: Time,
    /// The latest that it may have begun.
    pub onset_high: Time,
}

impl Finding {
    /// What was expected, what was seen, and the unit of both: hours where those count; else as given for a window, of
    /// which each number is told as a part (1 for itself).
    pub fn measured(&self, unit: impl FnOnce(Nanos) -> Unit, part_of: f64) -> (f64, f64, Unit) {
        let width = self.width();
        match self.in_hours {
            true => (self.expected, self.observed, Unit::Hours(width)),
            false => (self.expected / part_of, self.observed / part_of, unit(width)),
        }
    }

    /// How long the window is.
    pub fn width(&self) -> Nanos {
        self.window.1 - self.window.0
    }
}

/// What a closing window meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moved {
    /// It departed, or departed further.
    Departed(Finding),
    /// What had departed (in long windows, if so) is over at this moment.
    Ended {
        /// Whether the long windows' stream.
        long: bool,
        /// When.
        at: Time,
        /// Whether it stayed where it went, for so long that this is its normal now.
        settled: bool,
    },
}

/// What the rest of the system says about a window.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The moment at which the window closes.
    pub edge: Time,
    /// How much everything else wrote, 1 being usual.
    pub load: f64,
    /// The variance that chance alone gives that.
    pub load_noise: f64,
    /// Whether a count goes with that by nature.
    pub in_proportion: bool,
    /// What is known beyond the series' own past.
    pub pools: &'a Pools,
    /// The stream's share of the budget, a day.
    pub share: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Half {
    sum: f64,
    /// The same without winsorising: what is told.
    raw: f64,
}

/// A window as people are told of it.
#[derive(Clone, Copy, Debug)]
struct Shown {
    span: (Time, Time),
    width: Nanos,
    /// Its value without winsorising.
    observed: f64,
    /// Of hours in which rare events came: the first of them.
    first_hour: Option<Time>,
}

/// A departure that came and went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Episode {
    /// How rare its farthest window was, in such a day.
    pub least: f64,
    /// How far it went, in deviations, single values not held back.
    pub far: f64,
    /// How long it was there.
    pub lasted: Nanos,
}

#[derive(Clone, Debug)]
struct Standing {
    direction: Direction,
    scale: usize,
    /// Whether it was raised, or went on, by the hours in which rare events came.
    in_hours: bool,
    raised: Time,
    took: Nanos,
    last: Time,
    /// The greatest strength, before any habit is allowed for: what departed is held out of the past while it stands.
    peak: f64,
    /// How rare its farthest window was, in such a day; and how far it lay, in deviations.
    least: f64,
    far: f64,
    past: Baseline,
    back_since: Option<Time>,
    /// How far from what was expected it was when it last went further, in its own units, and when that was.
    reached: f64,
    went_on: Time,
}

impl Standing {
    /// A further window shows it, so far away from what was expected.
    fn goes_on(&mut self, index: usize, shown: &Shown, away: f64) {
        let in_hours = shown.first_hour.is_some();
        self.last = shown.span.1;
        let other_measure = in_hours && !self.in_hours;
        if other_measure {
            (self.in_hours, self.scale) = (true, index);
        }
        if other_measure || (in_hours == self.in_hours && away >= FURTHER * self.reached) {
            (self.reached, self.went_on) = (away, shown.span.1);
        }
    }
}

/// Where a cumulated deviation last was zero: where a change that shows now may have begun.
#[derive(Clone, Copy, Debug, Default)]
struct Cumulated {
    up: f64,
    up_zero: Time,
    down: f64,
    down_zero: Time,
}

impl Cumulated {
    /// Deviations of a window count from half a deviation on. Source: E. S. Page, "Continuous inspection schemes" (1954).
    fn add(&mut self, score: f64, end: Time) {
        self.up = (self.up + score - 0.5).max(0.0);
        self.down = (self.down - score - 0.5).max(0.0);
        if self.up == 0.0 {
            self.up_zero = end;
        }
        if self.down == 0.0 {
            self.down_zero = end;
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Scale {
    before: Half,
    now: Half,
    even: bool,
    baseline: Baseline,
    /// Windows of a shown departure that stands: they are part of the past once it is over.
    held: Baseline,
    waiting: Option<(Window, Option<Judged>)>,
    snapshots: Vec<(Time, Baseline)>,
    cumulated: Cumulated,
    rhythm: Rhythm,
}

/// One series of counts, watched.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    scales: [Scale; 6],
    standing: Option<Standing>,
    /// How rare the farthest window of each past departure was; and when the first window was judged.
    episodes: Vec<Episode>,
    began: Option<Time>,
    sparse: Sparse,
}

impl Watch {
    /// A series of counts that was zero while windows with these loads went by (one baseline a scale).
    pub fn of_counts(zeros: &[Baseline; 6]) -> Watch {
        let mut watch = Watch::default();
        for (scale, past) in watch.scales.iter_mut().zip(zeros) {
            scale.baseline = Baseline::of_zeros(past);
        }
        watch
    }

    /// Adds events.
    pub fn count(&mut self, events: f64) {
        self.count_as(events, events);
    }

    /// Adds events that are judged as if they were `weight`, and told as they are.
    pub fn count_as(&mut self, weight: f64, events: f64) {
        for scale in &mut self.scales {
            scale.now.sum += weight;
            scale.now.raw += events;
        }
    }

    /// Closes a window of a scale.
    pub fn close(&mut self, index: usize, around: &Surroundings<'_>) -> Vec<Moved> {
        let width = SCALES[index];
        let scale = &mut self.scales[index];
        let (before, now) = (scale.before, scale.now);
        if index == HOURLY && now.sum > 0.0 {
            self.sparse.note(around.edge);
        }
        scale.before = now;
        scale.now = Half::default();
        scale.even = around.edge.0.div_euclid(half(index)) % 2 == 0;
        let value = before.sum + now.sum;
        let window =
            Window { value, load: around.load, load_noise: around.load_noise, in_proportion: around.in_proportion };
        let observed = before.raw + now.raw;
        let shown = Shown { span: (around.edge - width, around.edge), width, observed, first_hour: None };
        let mut moved = self.turn(index, window, shown, around);
        moved.extend(self.expire(around.edge));
        moved
    }

    /// A half window goes by that closes no whole one yet.
    pub fn skip(&mut self, index: usize, edge: Time) {
        let scale = &mut self.scales[index];
        scale.before = std::mem::take(&mut scale.now);
        scale.even = edge.0.div_euclid(half(index)) % 2 == 0;
    }

    /// The sum of a scale's window that is about to close.
    pub fn window_sum(&self, index: usize) -> f64 {
        self.scales[index].before.sum + self.scales[index].now.sum
    }

    /// The mean of past windows of a scale.
    pub fn usual(&self, index: usize) -> f64 {
        self.scales[index].baseline.mean()
    }

    /// Departures of the short windows that came and went.
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// For how many days it has been watched, at least one.
    pub fn days(&self, now: Time) -> f64 {
        self.began.map_or(1.0, |began| ((now - began) as f64 / DAY as f64).max(1.0))
    }

    /// How many hours of a window of rare events one occasion fills, as far as this stream can tell.
    pub fn cluster(&self, index: usize) -> Option<f64> {
        self.sparse.cluster(index)
    }

    /// A scale's baseline.
    pub fn baseline(&self, index: usize) -> &Baseline {
        &self.scales[index].baseline
    }

    /// Takes in the past of a count that turned out to be part of this one.
    pub fn join(&mut self, other: &Watch) {
        self.sparse.join(&other.sparse);
        for (mine, theirs) in self.scales.iter_mut().zip(&other.scales) {
            mine.baseline.join(&theirs.baseline);
            mine.before.sum += theirs.before.sum;
            mine.now.sum += theirs.now.sum;
        }
    }

    /// One window comes round: the waiting one is absorbed, this one judged.
    fn turn(&mut self, index: usize, window: Window, shown: Shown, around: &Surroundings<'_>) -> Vec<Moved> {
        let Shown { span, width, .. } = shown;
        let departed = self.standing.as_ref().is_some_and(|s| s.peak >= SHOWN);
        let scale = &mut self.scales[index];
        if scale.even
            && let Some((waiting, judged)) = scale.waiting.take()
        {
            if departed {
                scale.held.absorb(waiting, None);
            } else {
                scale.baseline.absorb(waiting, judged);
                if index >= LONG {
                    self.snapshot(index, span.0);
                }
            }
        }
        let judged = self.judge(index, &self.scales[index].baseline, window, around);
        self.began.get_or_insert(span.0);
        if self.scales[index].even {
            self.scales[index].waiting = Some((window, judged));
            self.scales[index].cumulated.add(judged.map_or(0.0, |j| j.score), span.1);
        }
        let mut best = judged.map(|j| (j, rate(&j, width)));
        if let Some(lagged) = self.lagged(index, span.0).and_then(|past| self.judge(index, &past, window, around)) {
            let lagged = (lagged, rate(&lagged, width));
            best = best.map(|best| if lagged.1 < best.1 { lagged } else { best });
        }
        if index > HOURLY && self.scales[index].even {
            self.sparse.absorb(index, span.1, width);
        }
        let crowd = self.crowd(index, width, around);
        let still = crowd.is_some_and(|crowd| strength(crowd.1.1 * TESTS, around.share) >= RAISED);
        let crowd = crowd.filter(|crowd| best.is_some_and(|best| crowd.1.1 < best.1));
        let mut moved = self.follow(index, window, span, still, around);
        let habit = best.map(|(judged, _)| self.habit(index, window, &shown, &judged, around));
        // A crowd of rare hours is no matter of this hour of the day, and what came before is part of its judgement.
        let (best, habit, shown) = match crowd {
            Some((hours, judged)) => (Some(judged), None, hours),
            None => (best, habit, shown),
        };
        if index <= DAILY {
            self.scales[index].rhythm.note(span.1, slot(index), window.value);
        }
        if let Some((judged, once)) = best {
            moved.extend(self.depart(index, &shown, &judged, (once, habit), around));
        }
        moved
    }

    /// The hours of a wide window of rare events, or of all since the first: what they are beside their past, and how often
    /// a day that is to be expected.
    fn crowd(&self, index: usize, width: Nanos, around: &Surroundings<'_>) -> Option<(Shown, (Judged, f64))> {
        if index <= HOURLY {
            return None;
        }
        let past = &self.scales[index].baseline;
        let length = past.windows as Nanos * width;
        let load = if past.load() > 0.0 { around.load / past.load() } else { 1.0 };
        let window = self.sparse.judge(around.edge, width, length, load, around.pools.cluster(index));
        let since = || self.sparse.judge_since_first(around.edge, length, around.pools.cluster(DAILY + 1));
        let since = (index == DAILY).then(since).flatten();
        let judged = |(width, crowd): (Nanos, Crowd)| {
            let (expected, upper) = (crowd.expected, crowd.upper);
            let score = normal_quantile_upper(upper.min(0.5));
            let judged = Judged { expected, deviation: expected.sqrt(), score, upper, lower: 1.0 };
            let span = (around.edge - width, around.edge);
            let first_hour = self.sparse.first_within(around.edge, width);
            (Shown { span, width, observed: crowd.hours, first_hour }, (judged, rate(&judged, width)))
        };
        let both = window.map(|crowd| (width, crowd)).into_iter().chain(since).map(judged);
        both.min_by(|a, b| a.1.1.total_cmp(&b.1.1))
    }

    /// How often a day something as far out comes at this time of day, as other days showed; 0 where none did.
    fn habit(&self, index: usize, window: Window, shown: &Shown, judged: &Judged, around: &Surroundings<'_>) -> f64 {
        let rhythm = &self.scales[index].rhythm;
        let reached = rhythm.reached(shown.span.1, slot(index)).filter(|_| judged.score.abs() > HABIT_FROM);
        let Some((low, high)) = reached.filter(|_| index <= DAILY) else { return 0.0 };
        let far = HABIT_FROM * judged.deviation;
        // Where no habit is known, `low` and `high` are infinitely far on the other side.
        let habit = if judged.upper < judged.lower {
            (high - judged.expected - far).max(0.0)
        } else {
            -(judged.expected - far - low).max(0.0)
        };
        if habit == 0.0 {
            return 0.0;
        }
        let rest = Window { value: window.value - habit, ..window };
        let again = self.judge(index, &self.scales[index].baseline, rest, around);
        let again = again.map_or(f64::INFINITY, |again| rate(&again, shown.width) * TESTS);
        again.min(1.0 / rhythm.days(shown.span.1))
    }

    fn judge(&self, index: usize, past: &Baseline, window: Window, around: &Surroundings<'_>) -> Option<Judged> {
        past.judge_count(window, around.pools.counts(index, past.total()), (3.0 * around.load).min(1.0))
    }

    fn snapshot(&mut self, index: usize, end: Time) {
        let scale = &mut self.scales[index];
        if scale.snapshots.len() == SNAPSHOTS {
            scale.snapshots.remove(0);
        }
        scale.snapshots.push((end, scale.baseline));
    }

    /// The past of long windows that ended three days before this window began.
    fn lagged(&self, index: usize, start: Time) -> Option<Baseline> {
        self.scales[index].snapshots.iter().rev().find(|(end, _)| *end <= start - LAG).map(|(_, past)| *past)
    }

    /// How often a day a wide window may show a habit that this series has not shown yet.
    fn unseen(&self, index: usize) -> f64 {
        let young = self.scales[WIDE].baseline.windows < UNSEEN_DAYS * 24.0;
        if index >= WIDE && young { UNSEEN_HABITS } else { 0.0 }
    }

    /// Raises a departure, or notes that a standing one goes on.
    fn depart(
        &mut self,
        index: usize,
        shown: &Shown,
        judged: &Judged,
        (once, habit): (f64, Option<f64>),
        around: &Surroundings<'_>,
    ) -> Option<Moved> {
        let span = shown.span;
        // Of what never varied nobody can say how far it went.
        let varied = judged.deviation > 1e-6 * judged.expected.abs();
        let far = if varied { (shown.observed - judged.expected).abs() / judged.deviation } else { 0.0 };
        // The same extremeness at every width and on both sides.
        let r = (once * TESTS).max(self.unseen(index));
        let plain = strength(r, around.share);
        let strength = habit.map_or(plain, |habit| self.strength_given_life((r, habit), (shown.width, far), around));
        if strength < RAISED {
            return None;
        }
        let direction = if judged.upper < judged.lower { Direction::Up } else { Direction::Down };
        let (onset, onset_low) = match shown.first_hour {
            Some(first) => (first - HOUR / 2, first - HOUR),
            None => self.began(index, direction, span),
        };
        let in_hours = shown.first_hour.is_some();
        let away = (shown.observed - judged.expected).abs();
        let stood = self.standing.is_some();
        match &mut self.standing {
            Some(standing) if standing.direction != direction => return None,
            Some(standing) => {
                standing.peak = standing.peak.max(plain);
                standing.least = standing.least.min(r);
                standing.far = standing.far.max(far);
                standing.goes_on(index, shown, away);
            }
            None => {
                let past = self.scales[index].baseline;
                self.standing = Some(Standing {
                    direction,
                    scale: index,
                    in_hours,
                    raised: span.1,
                    // What is rare is away, as what is new, when it was not seen for a day.
                    took: (span.1 - onset).clamp(BACK, if in_hours { DAY } else { Nanos::MAX }),
                    last: span.1,
                    peak: plain,
                    least: r,
                    far,
                    past,
                    back_since: None,
                    reached: away,
                    went_on: span.1,
                });
            }
        }
        Some(Moved::Departed(Finding {
            strength,
            r,
            direction,
            scale: index,
            long: false,
            stood,
            expected: judged.expected,
            observed: shown.observed,
            in_hours,
            window: span,
            onset,
            onset_low,
            onset_high: span.1,
        }))
    }

    /// When a departure that shows in this window may have begun, from the past alone.
    fn began(&self, index: usize, direction: Direction, span: (Time, Time)) -> (Time, Time) {
        let cumulated = self.scales[index].cumulated;
        let zero = if direction == Direction::Up { cumulated.up_zero } else { cumulated.down_zero };
        let onset = if zero == Time::default() { span.0 } else { zero.min(span.1).max(span.0 - 4 * (span.1 - span.0)) };
        let onset = if onset == span.1 { span.0 } else { onset };
        (onset, onset.min(span.0) - (span.1 - span.0) / 2)
    }

    /// Follows a standing departure of this scale: back, or settled? `still`: whether the hours of rare events are still
    /// more than their past lets expect.
    fn follow(
        &mut self,
        index: usize,
        window: Window,
        span: (Time, Time),
        still: bool,
        around: &Surroundings<'_>,
    ) -> Vec<Moved> {
        let Some(standing) = self.standing.clone().filter(|s| s.scale == index) else {
            return Vec::new();
        };
        let Some(judged) = self.judge(index, &standing.past, window, around) else { return Vec::new() };
        let off = if standing.direction == Direction::Up { judged.score } else { -judged.score };
        let mut standing = standing;
        let back = if standing.in_hours { !still } else { off < BACK_WITHIN };
        if back {
            let since = *standing.back_since.get_or_insert(span.0);
            if span.1 - since >= standing.took {
                self.came_and_went(since);
                self.learn_what_was_held();
                return vec![Moved::Ended { long: false, at: span.1, settled: false }];
            }
        } else {
            standing.back_since = None;
        }
        let settled = span.1 - standing.went_on >= SETTLED && standing.back_since.is_none();
        if !settled {
            self.standing = Some(standing);
            return Vec::new();
        }
        self.standing = None;
        // What was never shown was never held out of the baseline either.
        if standing.peak >= SHOWN {
            self.settle();
        }
        vec![Moved::Ended { long: false, at: span.1, settled: true }]
    }

    /// A departure is over without having settled: it may come and go again.
    fn came_and_went(&mut self, until: Time) {
        let Some(standing) = self.standing.take() else { return };
        let episodes = &mut self.episodes;
        if episodes.len() == EPISODES {
            episodes.remove(0);
        }
        let lasted = until.min(standing.last) - standing.raised + standing.took;
        episodes.push(Episode { least: standing.least, far: standing.far, lasted });
    }

    /// The strength of what is expected `r` times a day by its distribution, and `habit` times by this hour's. What a
    /// stream did again and again is its life, whatever a distribution says of its tail: r is at least as often as it
    /// departed about as far before, and as the system's streams do that come and go as long. What would be shown but
    /// for that is raised as weakly as can be: it came back.
    fn strength_given_life(
        &self,
        (r, habit): (f64, f64),
        (width, far): (Nanos, f64),
        around: &Surroundings<'_>,
    ) -> f64 {
        let days = self.days(around.edge);
        let as_far = |e: &&Episode| e.least <= ABOUT * r && e.far >= ABOUT_AS_FAR * far;
        let before = self.episodes.iter().filter(as_far).count();
        let elsewhere = around.pools.spells(ABOUT * r, ABOUT_AS_FAR * far, width / 2);
        let given_life = strength(r.max(habit).max(before as f64 / days).max(elsewhere), around.share);
        if strength(r, around.share) >= SHOWN { given_life.max(RAISED) } else { given_life }
    }

    /// A departure is over: it was part of this series' life, as it was.
    fn learn_what_was_held(&mut self) {
        if self.standing.as_ref().is_some_and(|s| s.peak >= SHOWN) {
            return;
        }
        for scale in &mut self.scales {
            scale.baseline.take_in(&std::mem::take(&mut scale.held));
        }
    }

    /// What stayed is the new normal, at every width.
    fn settle(&mut self) {
        for scale in &mut self.scales {
            let held = std::mem::take(&mut scale.held);
            if held.windows > 0.0 {
                let (before, after) = (scale.baseline.mean(), held.mean());
                match before > 0.0 {
                    true => scale.baseline.scale(after / before),
                    false => scale.baseline.shift(after - before),
                }
            }
            scale.snapshots.clear();
            scale.waiting = None;
        }
    }

    /// A departure that was never shown, and of which nothing was heard for a day, is over.
    fn expire(&mut self, now: Time) -> Vec<Moved> {
        if self.standing.as_ref().is_some_and(|s| s.peak < SHOWN && now - s.last >= FORGOTTEN) {
            self.came_and_went(now);
            return vec![Moved::Ended { long: false, at: now, settled: false }];
        }
        Vec::new()
    }
}

/// The width of a slot of the day for windows of a scale.
fn slot(index: usize) -> Nanos {
    half(index).max(30 * MINUTE)
}

/// How often a day one width of windows shows something at least as far out, on one side.
fn rate(judged: &Judged, width: Nanos) -> f64 {
    judged.upper.min(judged.lower) * windows_a_day(width)
}
