//! A running centre and spread by which single values are held back, and the smallest step between values.

/// How far single values count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clamp {
    seen: u32,
    centre: f32,
    spread: f32,
    last: f32,
    step: f32,
    moves: u32,
    moved: f32,
}

impl Clamp {
    /// Values beyond so many spreads count as if they were that far out; where they come seldom, each tells more.
    const REACH: f32 = 6.0;
    const REACH_SELDOM: f32 = 20.0;
    /// How many values the centre remembers.
    const MEMORY: f32 = 4000.0;
    /// So many steps tell which is the smallest.
    const MOVES: u32 = 8;
    /// Of so many values one is another than the one before, or fewer, where a series moves in jumps.
    const STAYS: u32 = 5;

    /// Begins with the first few values, in the unit of their spread.
    pub fn of(values: &[f64]) -> Clamp {
        let mut clamp = Clamp { seen: values.len() as u32, spread: 1.0, ..Clamp::default() };
        values.iter().for_each(|v| clamp.note_step(*v as f32));
        clamp
    }

    fn note_step(&mut self, value: f32) {
        let move_by = (value - self.last).abs();
        if move_by > 0.0 {
            // The first is from nowhere.
            self.moved += if self.moves > 0 { move_by } else { 0.0 };
            self.moves = self.moves.saturating_add(1);
            self.step = if self.moves == 1 { move_by } else { self.step.min(move_by) };
        }
        self.last = value;
    }

    /// The value as it counts; `seldom`: whether values are hours apart.
    pub fn held(&mut self, value: f64, seldom: bool) -> f64 {
        let value = value as f32;
        self.note_step(value);
        self.seen = self.seen.saturating_add(1);
        let far = if seldom { Clamp::REACH_SELDOM } else { Clamp::REACH } * self.spread;
        let held = value.clamp(self.centre - far, self.centre + far);
        let pace = 1.0 / (self.seen as f32).min(Clamp::MEMORY);
        let near = value.clamp(self.centre - 3.0 * self.spread, self.centre + 3.0 * self.spread);
        let off = near - self.centre;
        self.centre += off * pace;
        // The mean absolute deviation of a Gaussian is 0.798 of its standard deviation.
        self.spread += (off.abs() / 0.798 - self.spread) * pace;
        f64::from(held)
    }

    /// The smallest step between values; none before there were some.
    pub fn resolution(&self) -> f64 {
        if self.moves < Clamp::MOVES { 0.0 } else { f64::from(self.step) }
    }

    /// Of a series that mostly stays where it is: how many times it moved, and how far on the mean.
    pub fn jumps(&self) -> Option<(f64, f64)> {
        let jumps = self.moves.saturating_sub(1);
        (self.moves.saturating_mul(Clamp::STAYS) < self.seen)
            .then(|| (f64::from(jumps), f64::from(self.moved) / f64::from(jumps.max(1))))
    }

    /// The centre moves by so much.
    pub fn move_by(&mut self, by: f64) {
        self.centre += by as f32;
    }
}
