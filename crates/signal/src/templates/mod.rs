//! Log templates: which lines are the same line.
//!
//! A message's *shape* is its text with everything that varies by nature masked ([`Masker`]: stateless, one pass).
//! *Templates* are a pure function of the multiset of shapes ([`templates`]): no order, no training pass, no format.
//! [`Miner`] follows that function through time. This module sees message bytes only; headers are `ingest`'s.

mod alone;
mod bits;
mod given;
mod holes;
mod mask;
mod miner;
mod numbers;
mod partition;
mod shaper;
mod shapes;
mod values;

pub use given::{GIVEN_MAX, Given};
pub use holes::{HOLE, Kinds, LEARNT, bare, learnt_words, measured_in};
pub use mask::{Masker, PLACES_MAX, TOKENS_MAX};
pub use miner::{Line, LineIndex, Mined, Miner, SHAPES_PER_SKELETON};
pub use numbers::{Lowest, Numbers};
pub use partition::{Anatomy, Group, Member, templates};
pub use shaper::{Shape, Shaper};
pub use shapes::{OVERFLOW, Shapes};
pub use values::{Measure, Sketch, VALUE_BYTES, VALUES_KEPT, Value, milliseconds};
