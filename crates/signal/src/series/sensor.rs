//! One series of numbers under watch: what departs from its own normal, since when, and whether it is over.
//!
//! Values come in the order of time; all state is of constant size, and what is said of a value depends on it and those
//! before it alone. What a value is, and whose, the caller knows. Read [`Sensor`] first, then [`Bank`].

use evidence::{DAY, HOUR, MINUTE, Nanos, Time};

use super::bank::{Bank, Judged, LEVELS, Singles, width};
use super::clamp::Clamp;
use super::recent::Recent;
use super::season::{Known, Season};
use super::stairs::{Read, Stairs};
use super::watch::{Direction, Finding, Moved};
use crate::budget::{RAISED, SHOWN, strength};

/// So many values are waited for before the first is judged: they give the unit in which all are kept.
const FIRST: usize = 9;
/// A level that stays so long, and for so many values, is settled.
const SETTLED: (Nanos, f64) = (3 * DAY, 12.0);
/// By so much of its departure the parts of that time may differ, or it has not stayed; asked so many times at most.
const STEADY: f64 = 0.25;
const MOVING: u8 = 12;
/// What has gone so much further than it had has not stayed.
const FURTHER: f64 = 1.25;
/// A signal that was never shown ends when nothing was heard of it for so long.
const FORGOTTEN: Nanos = DAY;
/// Nor in so many of its windows.
const FORGOTTEN_WINDOWS: Nanos = 2;
/// So long at least a series must be back before its signal ends.
const BACK: Nanos = 10 * MINUTE;
/// Within so many deviations a window is back.
const BACK_WITHIN: f64 = 2.0;
/// Nearer than so many deviations nothing is looked at.
const NEAR: f64 = 2.2;
/// Of all tests of a stream one in twenty at most would be so extreme by chance, or it is not raised.
const CHANCE: f64 = 0.05;
/// A gap of so many steps ends what windows hold, unless gaps are what the series is made of.
const GAP: Nanos = 3;
/// Windows so many times as long as a gap go on over it; onsets are looked for over gaps of so many steps.
const BRIDGED: Nanos = 4;
const GAP_LONG: Nanos = 30;
/// How many past departures are remembered, how much less rare and less far one may have been to be about as far.
const SPELLS: usize = 6;
/// And how many of all series.
const SPELLS_ELSEWHERE: usize = 64;
const ABOUT: f64 = 30.0;
const ABOUT_AS_FAR: f64 = 0.4;
/// By how much shorter it may have been, and from where on what is rarer is no longer told apart.
const ABOUT_AS_LONG: Nanos = 4;
const RARE: f64 = 1e-6;
/// Windows so wide may follow a rhythm.
const HABIT_FROM: Nanos = HOUR;
/// And habits of weeks last for less than this.
const HABIT_TO: Nanos = 4 * HOUR;
/// While a rhythm of the day cannot have been seen, and in the first weekend, so many a day.
const UNSEEN_DAYS: f64 = 0.05;
const UNSEEN_WEEKS: f64 = 0.006 / 3.5;
/// Of two services that burst within so long of each other by chance there are hardly any; so many, for what they share.
const TOGETHER: Nanos = 10 * MINUTE;
const SHARED: f64 = 0.1;
/// How often what never varied takes a new value; and one that lasts.
const NEW: (f64, f64) = (0.5, 30.0);
const NEW_LASTS: (f64, f64) = (0.05, 10.0);
/// A departure that stands is said again when it is so much stronger.
const NEWS: f64 = 0.05;
/// What came gradually and takes so long is a drift.
const DRIFT: Nanos = DAY / 2;
/// Windows so long are learnt late: a slow change is not to become its own past.
const SLOW: Nanos = DAY / 6;
/// More gaps than this among values are their way.
const OFTEN: f32 = 0.1;
const SELDOMER: f32 = 0.6;
/// What so few values of a window carry is a burst, or two near to each other (and such a share of it besides); what fewer
/// carry is a spike.
const BURST: (f64, f64) = (9.0, 0.2);
/// And it lasts for so long at most: of what is told once a day nine values are no burst.
const BURST_LASTS: Nanos = HOUR;
const SPIKE: f64 = 2.0;
/// Windows that hold more values than this are no burst's.
const BURST_WITHIN: u32 = 64;
/// Before any burst was seen a series is taken to have had so many in so many days; of spikes so many.
const BURSTS: (f64, f64) = (0.035, 10.0);
const SPIKES: f64 = 1.0;
/// From this strength on a departure is held out of the past while it stands.
const HELD: f64 = 0.3;
/// How strongly a series remembers, at most.
const MEMORY: f64 = 0.97;
/// Single values are learnt as if no farther out than so many deviations.
const LEARNT_AT: f32 = 3.0;

#[derive(Clone, Copy, Debug)]
struct Standing {
    up: bool,
    level: usize,
    drift: bool,
    took: Nanos,
    last: Time,
    peak: f64,
    /// The strength that was said last.
    said: f64,
    least: f64,
    far: f64,
    back_since: Option<Time>,
    reached: f64,
    went_on: Time,
    /// How often it was found to be moving still when it could have settled.
    moving: u8,
}

/// A series under watch.
#[derive(Clone, Debug, Default)]
pub struct Sensor {
    first: Vec<(Time, f64)>,
    /// While it may be one that stays at its values, and where it is.
    stairs: Option<Box<Stairs>>,
    origin: f64,
    unit: f64,
    clamp: Clamp,
    step: Step,
    began: Time,
    last: Time,
    bank: Bank,
    season: Option<Box<Season>>,
    /// Windows of what the rhythm leaves, until it is known whether there is one; then they are the series' own.
    rests: Option<Box<Bank>>,
    recent: Recent,
    memory: Memory,
    standing: Option<Standing>,
    spells: [Spell; SPELLS],
    spells_seen: u32,
}

/// What a system's series of one kind did together: their departures that came and went.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    spells: Vec<Spell>,
    /// Whose value comes next: a number for each service.
    pub whose: u32,
    /// Who departed lately.
    lately: Vec<(Time, u32)>,
    /// The same of the present moment.
    now: (Vec<(Time, u32)>, Vec<Spell>),
    /// How many series there are, and since when.
    series: usize,
    began: Option<Time>,
}

impl Elsewhere {
    /// A further series begins.
    pub fn one_more(&mut self, at: Time) {
        self.series += 1;
        self.began.get_or_insert(at);
    }

    /// How many spells there were about as far and about as long, in how many days of series.
    fn seen_as_far(&self, at: Time, wide: Nanos, judged: &Judged, r: f64) -> (f64, f64) {
        let count = self.spells.iter().filter(|s| s.is_like(wide, judged, r)).count();
        (count as f64, self.series as f64 * self.began.map_or(0.0, |began| (at - began) as f64 / DAY as f64))
    }

    /// What came in the moment before counts from here on: not earlier, for series are taken in no order.
    pub fn next_moment(&mut self, at: Time) {
        self.lately.retain(|(then, _)| at - *then <= TOGETHER);
        self.lately.append(&mut self.now.0);
        self.now.1.sort_by(|a, b| a.least.total_cmp(&b.least).then(a.far.total_cmp(&b.far)).then(a.wide.cmp(&b.wide)));
        self.spells.append(&mut self.now.1);
        let over = self.spells.len().saturating_sub(SPELLS_ELSEWHERE);
        self.spells.drain(..over);
    }

    /// How much more seldom a burst comes as others depart beside it: 1 where none does.
    fn alone(&self, at: Time) -> f64 {
        let others = self.lately.iter().any(|(then, who)| at - *then <= TOGETHER && *who != self.whose);
        let days = self.began.map_or(0.0, |began| (at - began) as f64 / DAY as f64);
        let often = self.spells.len() as f64 / days.max(1.0) * TOGETHER as f64 / DAY as f64;
        if others { often.clamp(SHARED, 1.0) } else { 1.0 }
    }
}

/// A departure that came and went: its width, how rare its farthest window was by itself, and how far it lay.
#[derive(Clone, Copy, Debug, Default)]
struct Spell {
    wide: Nanos,
    least: f32,
    far: f32,
}

impl Spell {
    fn is_like(&self, wide: Nanos, judged: &Judged, r: f64) -> bool {
        f64::from(self.least) <= ABOUT * r.max(RARE)
            && f64::from(self.far) >= ABOUT_AS_FAR * judged.score.abs()
            && self.wide.saturating_mul(ABOUT_AS_LONG) >= wide
    }
}

/// Variance of single values around the running mean, and of neighbours together.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    seen: f32,
    square: f32,
    product: f32,
    last: f32,
}

impl Memory {
    fn add(&mut self, off: f64) {
        let off = if self.seen < 8.0 || self.square == 0.0 {
            off as f32
        } else {
            (off as f32).clamp(-self.reach(), self.reach())
        };
        self.seen += 1.0;
        let pace = 1.0 / self.seen.min(2000.0);
        self.square += (off * off - self.square) * pace;
        self.product += (off * self.last - self.product) * pace;
        self.last = off;
    }

    /// What lies farther out is no measure of the noise.
    fn reach(&self) -> f32 {
        LEARNT_AT * self.square.sqrt()
    }

    /// Variance, and how much more sums vary than if values were independent.
    fn noise(&self) -> (f64, f64) {
        let Singles { variance, alike, .. } = self.singles();
        (variance, (1.0 + alike) / (1.0 - alike))
    }

    fn singles(&self) -> Singles {
        let (variance, product) = (f64::from(self.square), f64::from(self.product));
        let alike = if variance > 0.0 { (product / variance).clamp(0.0, MEMORY) } else { 0.0 };
        Singles { variance, alike, seen: f64::from(self.seen) }
    }
}

/// What the windows that closed with one value showed.
#[derive(Default)]
struct Showed {
    /// Those that lie far out, with how many such a day there would be by their noise alone.
    far: Vec<(Judged, f64)>,
    /// The score of the window that follows what stands.
    followed: Option<f64>,
}

impl Sensor {
    /// Nothing seen.
    pub fn new() -> Sensor {
        Sensor::default()
    }

    /// Takes a value; `share`: the stream's share of the budget, false signals a day. Values that are no numbers are left
    /// out, and such that do not come later than the one before.
    pub fn value(&mut self, at: Time, value: f64, share: f64, elsewhere: &mut Elsewhere) -> Vec<Moved> {
        if !value.is_finite() || (at <= self.last && self.step.seen > 0) {
            return Vec::new();
        }
        if self.unit == 0.0 {
            self.begin(at, value, elsewhere);
            return Vec::new();
        }
        match self.stairs.as_mut().map_or(Read::Now, |stairs| stairs.value(at, value, self.step.usual)) {
            Read::Now => self.take(at, value, share, elsewhere),
            Read::Not => Vec::new(),
            Read::Anew(values) => self.begin_with(values, elsewhere),
            Read::Plain => {
                self.stairs = None;
                self.take(at, value, share, elsewhere)
            }
        }
    }

    /// Begins anew: the series turned out to be of another sort.
    fn begin_with(&mut self, values: Vec<(Time, f64)>, elsewhere: &mut Elsewhere) -> Vec<Moved> {
        let at = values.last().map_or(self.last, |(at, _)| *at);
        let stood = self.standing.map(|s| Moved::Ended { long: s.drift, at, settled: false });
        let stairs = self.stairs.take().filter(|stairs| stairs.climbs());
        *self = Sensor { stairs, began: self.began, ..Sensor::default() };
        for (at, value) in values {
            self.begin(at, value, elsewhere);
        }
        stood.into_iter().collect()
    }

    /// Since when it is watched.
    pub fn began(&self) -> Time {
        self.began
    }

    fn begin(&mut self, at: Time, value: f64, elsewhere: &mut Elsewhere) {
        if self.began == Time::default() {
            self.began = at;
            elsewhere.one_more(at);
        }
        self.first.push((at, value));
        if self.first.len() < FIRST {
            return;
        }
        let first = std::mem::take(&mut self.first);
        let mut sorted: Vec<f64> = first.iter().map(|(_, v)| *v).collect();
        sorted.sort_by(f64::total_cmp);
        self.origin = sorted[FIRST / 2];
        let mut off: Vec<f64> = sorted.iter().map(|v| (v - self.origin).abs()).collect();
        off.sort_by(f64::total_cmp);
        self.unit = [1.4826 * off[FIRST / 2], off[FIRST - 1], 1e-3 * self.origin.abs()]
            .into_iter()
            .find(|unit| *unit > 1e-9 * self.origin.abs() && *unit > 0.0 && unit.is_finite())
            .unwrap_or(1.0);
        let scaled: Vec<f64> = first.iter().map(|(_, v)| (v - self.origin) / self.unit).collect();
        self.clamp = Clamp::of(&scaled);
        if self.stairs.is_none() {
            self.stairs = Stairs::of(&first).map(Box::new);
        }
        for (at, value) in first {
            self.take(at, value, 0.0, elsewhere);
        }
    }

    fn take(&mut self, at: Time, value: f64, share: f64, elsewhere: &mut Elsewhere) -> Vec<Moved> {
        let passed = at - self.last;
        if self.step.takes(passed) {
            self.begin_again(passed);
        }
        self.last = at;
        let scaled = ((value - self.origin) / self.unit).clamp(-1e15, 1e15);
        let held = self.clamp.held(scaled, self.step.usual >= HOUR);
        let mut moved = Vec::new();
        let (rhythm, own) = self.rhythm(at, held, &mut moved);
        let (value, told) = ((held - rhythm) * own, (scaled - rhythm) * own);
        if let Some(season) = &mut self.season {
            season.left(at, value);
        }
        let hold = self.held();
        if !hold {
            self.memory.add(value - self.bank.centre());
        }
        self.recent.push(told as f32);
        let showed = self.show(value, hold);
        if share > 0.0 {
            self.follow(at, &showed, elsewhere, &mut moved);
            if !moved.is_empty() {
                // What these windows were judged against holds no more.
                return moved;
            }
            let most = showed.far.iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(judged, _)| judged.level);
            let rare = |(judged, r): &(Judged, f64)| (*judged, *r, self.rare(at, (judged, *r), most, elsewhere));
            let rare = showed.far.iter().map(rare);
            if let Some(best) = rare.min_by(|a, b| a.2.total_cmp(&b.2).then(a.1.total_cmp(&b.1))) {
                self.depart(at, best, share, elsewhere, &mut moved);
            }
        }
        moved
    }

    /// Values are missing: no window holds some from both sides of a gap that is not much shorter than itself.
    fn begin_again(&mut self, gap: Nanos) {
        let step = self.step.usual;
        let below = (0..LEVELS).find(|level| span(*level, step) >= BRIDGED * gap).unwrap_or(LEVELS);
        self.bank.begin_again(below);
        if let Some(rests) = &mut self.rests {
            rests.begin_again(below);
        }
        if gap > GAP_LONG * step {
            self.recent = Recent::default();
        }
        self.memory.last = 0.0;
    }

    /// What the rhythm of the day expects, once one is known, and by how much what is left is made smaller.
    fn rhythm(&mut self, at: Time, held: f64, moved: &mut Vec<Moved>) -> (f64, f64) {
        if self.step.seen == FIRST as u32 && Season::fits(self.step.usual) {
            (self.season, self.rests) = (Some(Box::new(Season::new(self.step.usual))), Some(Box::default()));
        }
        let hold = self.held();
        let Some(season) = &mut self.season else { return (0.0, 1.0) };
        season.hold = hold;
        let before = season.known;
        let expected = season.value(at, held);
        match (before, season.known) {
            (_, Known::None) => self.rests = None,
            (Known::Found, _) => return expected.unwrap_or((0.0, 1.0)),
            (_, Known::Found) => self.follow_rests(at, moved),
            (_, Known::NotYet) => {
                if let (Some(rests), Some((expected, own))) = (&mut self.rests, expected) {
                    rests.hold = hold;
                    rests.value((held - expected) * own, |_, _, _| {});
                }
            }
        }
        (0.0, 1.0)
    }

    /// A rhythm was found: from here on what it leaves is watched.
    fn follow_rests(&mut self, at: Time, moved: &mut Vec<Moved>) {
        if let Some(rests) = self.rests.take() {
            self.bank = *rests;
        }
        self.bank.begin_again(LEVELS);
        self.recent = Recent::default();
        self.memory = Memory::default();
        if self.standing.take().is_some() {
            moved.push(Moved::Ended { long: false, at, settled: false });
        }
    }

    fn held(&self) -> bool {
        self.standing.is_some_and(|s| s.peak >= HELD)
    }

    fn show(&mut self, value: f64, hold: bool) -> Showed {
        let followed = self.standing.map(|s| s.level);
        let least = self.clamp.resolution().powi(2) / 12.0;
        let step = self.step.usual;
        let mut showed = Showed::default();
        let widths = self.bank.known_widths() as f64;
        self.bank.singles = self.memory.singles();
        self.bank.hold = hold;
        // By the mean over all of its past: what comes less often at night is not to change it each day.
        let mean = (self.last - self.began) / Nanos::from(self.step.seen.max(1));
        self.bank.slow_from((0..LEVELS).find(|l| span(*l, mean) >= SLOW).unwrap_or(LEVELS));
        self.bank.value(value, |bank, level, window| {
            let near = if followed == Some(level) { 0.0 } else { NEAR };
            let Some(judged) = bank.judge(level, window, least, near) else { return };
            if followed == Some(level) {
                showed.followed = Some(judged.score);
            }
            let windows_a_day = 2.0 * DAY as f64 / span(level, step) as f64;
            let tests = 2.0 * widths * judged.p;
            if judged.score.abs() >= NEAR && tests <= CHANCE {
                showed.far.push((judged, tests * windows_a_day));
            }
        });
        showed
    }

    /// How often a day a series may do for a few values what this window shows: what a few values carry says little of
    /// where the series is.
    fn few_values(&self, at: Time, judged: &Judged, r: f64, elsewhere: &Elsewhere) -> f64 {
        let values = f64::from(width(judged.level));
        if values > f64::from(BURST_WITHIN) {
            return r;
        }
        let least = self.clamp.resolution().powi(2) / 12.0;
        let (spells, days) = elsewhere.seen_as_far(at, span(judged.level, self.step.usual), judged, r);
        let carried = |few: f64, a: f64| {
            let rest = self.recent.without(values, few, judged.score > 0.0).unwrap_or(judged.expected);
            let rest = if judged.score > 0.0 { rest.min(judged.value) } else { rest.max(judged.value) };
            let again = self.bank.judge(judged.level, rest, least, NEAR).filter(|j| j.score * judged.score > 0.0);
            let again = again.map_or(f64::MAX, |again| r * again.p / judged.p.max(1e-300));
            again.min(
                ((self.seen_as_far(judged, r) + a) / (self.days(at) + BURSTS.1)).max(spells / days.max(BURSTS.1 / 2.0)),
            )
        };
        let alone = elsewhere.alone(at);
        let burst = BURST.0 + BURST.1 * values;
        let burst = burst.min(BURST_LASTS as f64 / self.step.usual.max(1) as f64).max(SPIKE);
        r.max(carried(burst, BURSTS.0 * alone)).max(carried(SPIKE, SPIKES))
    }

    /// How often a day a series that moves in jumps takes a value so far from the one before; one that never varied, any.
    fn jumps_so_often(&self, at: Time, judged: &Judged, r: f64) -> Option<f64> {
        // A new value, by the priors that the contract gives for one.
        let lasts = width(judged.level) > BURST_WITHIN && span(judged.level, self.step.usual) >= 2 * HOUR;
        let (a, b) = if lasts { NEW_LASTS } else { NEW };
        let before = match self.clamp.jumps() {
            Some((jumps, usual)) => {
                let size = (judged.value - judged.expected).abs();
                jumps * (1.0 - size / usual.max(f64::MIN_POSITIVE)).exp().min(1.0)
            }
            None if judged.constant => self.seen_as_far(judged, r),
            None => return None,
        };
        Some((before + a) / (self.days(at) + b))
    }

    /// How often a day a series may do what this window shows by a rhythm of its days or weeks that it has not shown yet;
    /// or has: a rhythm of the week excuses, and never accuses.
    fn unseen(&self, at: Time, (judged, r): (&Judged, f64), most: usize, elsewhere: &Elsewhere) -> f64 {
        let (wide, watched) = (span(judged.level, self.step.usual), at - self.began);
        let Some(season) = self.season.as_ref() else { return r };
        let young = watched < 8 * DAY;
        let found = season.known == Known::Found;
        if young && found && judged.score < 0.0 && wide >= HABIT_FROM && (weekend(at) || weekend(at - wide)) {
            return r.max(UNSEEN_WEEKS);
        }
        if young && wide.min(span(most, self.step.usual)) < HABIT_TO {
            return r.max(UNSEEN_WEEKS * elsewhere.alone(at));
        }
        if watched < 2 * DAY {
            return r.max(UNSEEN_DAYS);
        }
        let Some(before) = season.week_before(at - wide, at) else { return r };
        // The part of the departure that the week before had too.
        let excused = if judged.score > 0.0 { before.max(judged.expected) } else { before.min(judged.expected) };
        let rest = judged.value - (excused - judged.expected);
        let least = self.clamp.resolution().powi(2) / 12.0;
        let again = self.bank.judge(judged.level, rest, least, NEAR).filter(|j| j.score * judged.score > 0.0);
        again.map_or(f64::MAX, |again| r * again.p / judged.p.max(1e-300)).clamp(r, 1.0_f64.max(r))
    }

    /// How often a day a window as far out as this one comes, by all that is known of such; `most`: the width of the window
    /// that lies farthest out now.
    fn rare(&self, at: Time, (judged, r): (&Judged, f64), most: usize, elsewhere: &Elsewhere) -> f64 {
        let rare = self.few_values(at, judged, r, elsewhere).max(self.unseen(at, (judged, r), most, elsewhere));
        self.jumps_so_often(at, judged, r).map_or(rare, |often| rare.max(often))
    }

    /// Raises a departure, or notes that a standing one goes on.
    fn depart(
        &mut self,
        at: Time,
        (judged, r, rare): (Judged, f64, f64),
        share: f64,
        elsewhere: &mut Elsewhere,
        moved: &mut Vec<Moved>,
    ) {
        let up = judged.score > 0.0;
        let test = strength(r, share);
        if test >= SHOWN {
            elsewhere.now.0.push((at, elsewhere.whose));
        }
        let life = self.seen_as_far(&judged, r) / self.days(at);
        let plain = strength(rare, share);
        // What a series did again and again is its life. What would be shown but for that is raised as weakly as can be: it
        // came back.
        let strength = strength(rare.max(life), share).max(if plain >= SHOWN { RAISED } else { 0.0 });
        if strength < RAISED {
            return;
        }
        if let Some(standing) = self.standing.filter(|s| s.up != up) {
            if plain < SHOWN.max(standing.peak) {
                return;
            }
            self.came_and_went(elsewhere);
            moved.push(Moved::Ended { long: standing.drift, at, settled: false });
        }
        let said = self.standing.map(|s| s.said);
        self.goes_on(at, &judged, (r, test));
        let Some(standing) = &mut self.standing else { return };
        let news = said.is_none_or(|said| strength >= said + NEWS || (strength >= SHOWN && said < SHOWN));
        if !news {
            return;
        }
        let first_shown = strength >= SHOWN && standing.said < SHOWN;
        standing.said = strength;
        if first_shown && !standing.drift {
            // What began weakly is known by now: a drift has its own name.
            let began = self.recent.began(judged.expected, up, self.memory.noise());
            standing.drift = began.ramp && self.step.times(began.ago) >= DRIFT;
            if standing.drift && said.is_some() {
                moved.push(Moved::Ended { long: false, at, settled: false });
            }
        }
        let standing = *standing;
        moved.push(Moved::Departed(self.finding(at, &judged, (strength, rare), standing, said.is_some())));
    }

    fn goes_on(&mut self, at: Time, judged: &Judged, (r, plain): (f64, f64)) {
        let away = (judged.value - judged.expected).abs();
        let far = judged.score.abs();
        if let Some(standing) = &mut self.standing {
            standing.last = at;
            if plain > standing.peak {
                (standing.peak, standing.level) = (plain, judged.level);
            }
            standing.least = standing.least.min(r);
            standing.far = standing.far.max(far);
            if away >= FURTHER * standing.reached {
                (standing.reached, standing.went_on) = (away, at);
            }
            return;
        }
        let began = self.recent.began(judged.expected, judged.score > 0.0, self.memory.noise());
        let onset = at - self.step.times(began.ago);
        self.standing = Some(Standing {
            up: judged.score > 0.0,
            level: judged.level,
            drift: began.ramp && at - onset >= DRIFT,
            took: (at - onset).max(BACK),
            last: at,
            peak: plain,
            said: 0.0,
            least: r,
            far,
            back_since: None,
            reached: away,
            went_on: at,
            moving: 0,
        });
    }

    fn finding(
        &self,
        at: Time,
        judged: &Judged,
        (strength, r): (f64, f64),
        standing: Standing,
        stood: bool,
    ) -> Finding {
        let step = self.step.usual;
        let began = self.recent.began(judged.expected, standing.up, self.memory.noise());
        let width = span(judged.level, step);
        let from = at - width;
        let rhythm = self.season.as_ref().filter(|s| s.known == Known::Found).map_or(0.0, |s| s.over(from, at));
        let written = |value: f64| self.origin + self.unit * (value + rhythm);
        let onset = at - self.step.times(began.ago);
        Finding {
            strength,
            r,
            direction: if standing.up { Direction::Up } else { Direction::Down },
            scale: judged.level,
            long: standing.drift,
            stood,
            expected: written(judged.expected),
            observed: written(self.recent.mean(f64::from(super::bank::width(judged.level)))),
            in_hours: false,
            window: (from, at),
            onset,
            onset_low: (at - self.step.times(began.earliest + 1.0)).max(self.began.min(onset)),
            onset_high: at - self.step.times(began.latest),
        }
    }

    /// For how many days it has been watched, at least one.
    fn days(&self, at: Time) -> f64 {
        ((at - self.began) as f64 / DAY as f64).max(1.0)
    }

    /// How many past departures were about as rare, went about as far, and lasted about as long.
    fn seen_as_far(&self, judged: &Judged, r: f64) -> f64 {
        let known = &self.spells[..(self.spells_seen as usize).min(SPELLS)];
        let wide = span(judged.level, self.step.usual);
        known.iter().filter(|s| s.is_like(wide, judged, r)).count() as f64
    }

    /// Follows what stands: back, settled, forgotten?
    fn follow(&mut self, at: Time, showed: &Showed, elsewhere: &mut Elsewhere, moved: &mut Vec<Moved>) {
        let step = self.step.usual;
        let Some(standing) = &mut self.standing else { return };
        let (long, mut over) = (standing.drift, None);
        if let Some(score) = showed.followed {
            let off = if standing.up { score } else { -score };
            if off < BACK_WITHIN {
                let since = *standing.back_since.get_or_insert(at - span(standing.level, step));
                over = (at - since >= standing.took).then_some(false);
            } else {
                standing.back_since = None;
                let stays = SETTLED.0.max((SETTLED.1 * step as f64) as Nanos);
                if at - standing.went_on >= stays {
                    let values = (at - standing.went_on) as f64 / step.max(1) as f64;
                    let moves = self.recent.moves(values) > STEADY * standing.reached;
                    match moves && standing.moving < MOVING {
                        true => {
                            standing.went_on = standing.went_on + stays / 3;
                            standing.moving += 1;
                        }
                        false => over = Some(true),
                    }
                }
            }
        }
        let quiet = FORGOTTEN.max(FORGOTTEN_WINDOWS * span(standing.level, step));
        let forgotten = standing.peak < SHOWN && at - standing.last >= quiet;
        let Some(settled) = over.or(forgotten.then_some(false)) else { return };
        match settled {
            true => self.settle(at),
            false => self.came_and_went(elsewhere),
        }
        moved.push(Moved::Ended { long, at, settled });
    }

    /// A departure is over without having settled: it may come and go again.
    fn came_and_went(&mut self, elsewhere: &mut Elsewhere) {
        let Some(standing) = self.standing.take() else { return };
        let wide = span(standing.level, self.step.usual);
        let spell = Spell { wide, least: standing.least as f32, far: standing.far as f32 };
        self.spells[self.spells_seen as usize % SPELLS] = spell;
        self.spells_seen += 1;
        elsewhere.now.1.push(spell);
    }

    /// What stayed is the new normal. What was never shown was never held out of the past either.
    fn settle(&mut self, at: Time) {
        let Some(standing) = self.standing.take().filter(|s| s.peak >= HELD) else { return };
        let values = (at - standing.went_on) as f64 / self.step.usual.max(1) as f64;
        let by = self.recent.mean(values) - self.bank.centre();
        match self.season.as_mut().filter(|s| s.known == Known::Found) {
            Some(season) => season.shift(by),
            None => self.bank.shift(by),
        }
        // Windows in the making hold values of the level before.
        self.bank.begin_again(LEVELS);
        self.clamp.move_by(by);
    }
}

/// Whether it is a weekend somewhere, or the morning after: what a rhythm learnt at the weekend is wrong about.
fn weekend(at: Time) -> bool {
    // 1970 began on a Thursday.
    let hours = (at.0 + 3 * DAY).rem_euclid(7 * DAY) / HOUR;
    !(12..4 * 24 + 18).contains(&hours)
}

/// How long a window of a width is where values come so often.
fn span(level: usize, step: Nanos) -> Nanos {
    Nanos::from(width(level)) * step
}

/// The usual time between values.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    usual: Nanos,
    seen: u32,
    /// How many of the latest values came after a gap, smoothed.
    gaps: f32,
}

impl Step {
    /// Takes the time since the value before; whether values are missing in between.
    fn takes(&mut self, passed: Nanos) -> bool {
        self.seen += 1;
        if self.seen == 1 {
            return false;
        }
        let usual = if self.usual == 0 { passed } else { self.usual };
        let gap = passed > GAP * usual;
        self.gaps += (f32::from(u8::from(gap)) - self.gaps) / 32.0;
        // Values that often come late come irregularly: then gaps are what they are made of. Where all come late, they come
        // less often than they did.
        let pace = if self.gaps > SELDOMER { 8 } else { 256 };
        let counts = if gap && self.gaps <= OFTEN { usual } else { passed };
        self.usual = usual + (counts - usual) / pace.min(Nanos::from(self.seen));
        gap && (self.gaps <= OFTEN || passed > 10 * GAP * usual)
    }

    fn times(&self, values: f64) -> Nanos {
        (self.usual as f64 * values) as Nanos
    }
}

#[cfg(test)]
mod tests {
    use drill::series::{self, CHANGE, Change, Noise};

    use super::*;

    const STEP: Nanos = 5 * MINUTE;
    const SHARE: f64 = 1.0 / 1050.0;

    /// What is said of values that come five minutes apart, from a Monday on.
    fn said(values: impl IntoIterator<Item = f64>) -> Vec<(usize, Moved)> {
        let times = |n: usize| Time(1_767_571_200_000_000_000 + n as i64 * STEP);
        timed(values.into_iter().enumerate().map(|(n, v)| (times(n), v)))
    }

    fn timed(values: impl Iterator<Item = (Time, f64)>) -> Vec<(usize, Moved)> {
        let (mut sensor, mut elsewhere) = (Sensor::new(), Elsewhere::default());
        let mut said = Vec::new();
        for (n, (at, value)) in values.enumerate() {
            elsewhere.next_moment(at);
            said.extend(sensor.value(at, value, SHARE, &mut elsewhere).into_iter().map(|m| (n, m)));
        }
        said
    }

    fn shown(said: &[(usize, Moved)]) -> Vec<(usize, Finding)> {
        let finding = |(n, m): &(usize, Moved)| match m {
            Moved::Departed(finding) if finding.strength >= SHOWN => Some((*n, *finding)),
            _ => None,
        };
        said.iter().filter_map(finding).collect()
    }

    #[test]
    fn a_step_is_shown_soon_dated_well_and_settles_after_three_days() {
        let mut values = series::stepped(0.5, 4.0, 3);
        values.extend(series::memory(0.5, 99, 4 * 288).into_iter().map(|v| v + 4.0));
        let said = said(values);
        let (at, finding) = shown(&said)[0];
        // In the first week what lasts less than four hours may be a habit that is still to come.
        assert!((CHANGE..CHANGE + 60).contains(&at), "{at}");
        assert_eq!((finding.direction, finding.long), (Direction::Up, false));
        let ago = |time: Time| at as i64 - (finding.window.1 - time) / STEP;
        assert!((ago(finding.onset) - CHANGE as i64).abs() <= 2, "{finding:?}");
        assert!(ago(finding.onset_low) <= CHANGE as i64 && ago(finding.onset_high) >= CHANGE as i64, "{finding:?}");
        assert!((finding.observed - finding.expected - 4.0).abs() < 1.5, "{finding:?}");
        let settled = said.iter().find(|(_, m)| matches!(m, Moved::Ended { settled: true, .. })).expect("it stays");
        assert!((3 * 288..4 * 288 + 200).contains(&(settled.0 - CHANGE)), "{settled:?}");
        let again: Vec<_> = shown(&said).into_iter().filter(|(n, _)| *n > settled.0).collect();
        assert!(again.is_empty(), "what settled is normal: {settled:?} {again:?}");
    }

    #[test]
    fn a_slow_change_is_a_drift_and_a_rhythm_is_none() {
        let ramp = series::memory(0.5, 5, 14 * 288).into_iter().enumerate();
        let ramp = said(ramp.map(|(n, v)| v + (n as f64 - 7.0 * 288.0).max(0.0) / 500.0));
        assert!(shown(&ramp).iter().any(|(_, f)| f.long && f.direction == Direction::Up), "{:?}", shown(&ramp));
        for seed in 0..5 {
            assert!(shown(&said(series::noise(Noise::Rhythm, seed, 14 * 288))).is_empty(), "seed {seed}");
        }
    }

    #[test]
    fn a_shift_under_a_rhythm_is_found() {
        let found = (0..20).filter(|seed| !shown(&said(series::changed(Change::StepUnderRhythm, *seed))).is_empty());
        assert!(found.count() >= 12);
    }

    #[test]
    fn what_comes_back_has_ended_and_what_never_varied_takes_a_new_value_weakly() {
        let mut values = series::memory(0.0, 8, 2016);
        values[1500..1560].iter_mut().for_each(|v| *v += 5.0);
        let there_and_back = said(values);
        assert!(matches!(there_and_back.last(), Some((n, Moved::Ended { settled: false, .. })) if *n > 1559));
        let constant = said((0..3000).map(|n| if n < 2000 { 7.0 } else { 9.0 }));
        let Some((2000, Moved::Departed(first))) = constant.first() else { panic!("{constant:?}") };
        assert!(first.strength >= RAISED && first.strength < SHOWN, "{first:?}");
        assert!(said(vec![7.0; 3000]).is_empty());
        assert!(said(vec![0.0; 3000]).is_empty());
    }

    #[test]
    fn a_job_that_takes_longer_from_day_to_day_is_a_drift_before_the_week_is_over() {
        // Its figure is shown again every five minutes and changes once a day.
        let jitter = series::memory(0.0, 21, 21);
        let takes =
            |day: usize| 3300.0 + 160.0 * jitter[day] + 3300.0 * (1.13_f64.powi(day as i32 - 12) - 1.0).max(0.0);
        let said = said_of_days(takes);
        let (first, finding) = shown(&said)[0];
        assert!(finding.long && finding.direction == Direction::Up && first / 288 <= 18, "{} {finding:?}", first / 288);
        let still = said_of_days(|day| 3300.0 + 160.0 * jitter[day]);
        assert!(shown(&still).is_empty(), "{still:?}");
    }

    fn said_of_days(takes: impl Fn(usize) -> f64) -> Vec<(usize, Moved)> {
        said((0..288 * 21).map(|n| takes(n / 288)))
    }

    #[test]
    fn one_value_alone_is_never_shown() {
        let mut values = series::memory(0.5, 9, 2016);
        values[1700] = 500.0;
        values[1800] = -1e300;
        assert!(shown(&said(values)).is_empty());
    }

    #[test]
    fn bad_values_change_nothing_and_gaps_of_days_are_no_change() {
        let clean = series::memory(0.3, 4, 2016);
        let plain: Vec<Moved> = said(clean.clone()).into_iter().map(|(_, m)| m).collect();
        let at = |n: usize| Time(1_767_571_200_000_000_000 + n as i64 * STEP);
        let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let dirty = clean.iter().enumerate().flat_map(|(n, v)| {
            // No number, the same moment twice, and one that comes too late.
            [(at(n), bad[n % 3]), (at(n), *v), (at(n), 1e9), (at(n.saturating_sub(2)), -1e9)]
        });
        let dirty: Vec<Moved> = timed(dirty).into_iter().map(|(_, m)| m).collect();
        assert_eq!(dirty, plain);
        let gaps = clean.iter().enumerate().map(|(n, v)| (at(n + 2000 * (n / 500)), *v));
        assert!(shown(&timed(gaps)).is_empty());
        let uneven = clean.iter().enumerate().map(|(n, v)| (at(3 * n + [0, 0, 1][n % 3]), *v));
        assert!(shown(&timed(uneven)).is_empty());
        for huge in [1e300, -1e300, f64::MAX, f64::MIN_POSITIVE] {
            said((0..500).map(|n| if n % 7 == 0 { huge } else { n as f64 }));
            said((0..500).map(|n| huge * (1.0 + (n % 5) as f64 / 10.0)));
        }
    }

    #[test]
    fn what_is_kept_of_a_series_is_small() {
        let rhythm = std::mem::size_of::<Season>();
        assert!(std::mem::size_of::<Sensor>() <= 1600, "{}", std::mem::size_of::<Sensor>());
        assert!(rhythm <= 1024, "{rhythm}");
    }
}
