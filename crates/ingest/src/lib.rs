//! The outside world becomes evidence: bytes, formats, time zones, decompression with caps.
//!
//! This room finds out what a file holds from its content, cuts it into chunks whose borders depend on its bytes
//! alone, and takes each chunk apart in a pure function, so that any thread may do it. It refuses to know signals,
//! templates and the layout of our own folders, and it starts no threads. Nothing that stands in a file is an error
//! here: what cannot be understood is kept as it is and counted in a [`evidence::FileCoverage`], with the line where
//! it was first seen.
//!
//! The way through: [`discover`] names the sources, [`open`] finds a source's [`Form`] and learns its header from its
//! beginning, [`Opened::next_chunk`] cuts, [`parse`] makes a [`Part`] of each chunk, and the caller puts the parts in
//! order. Read [`Form`] first; a new format is one file under `formats` and one line in [`FORMATS`].

mod cells;
mod chunk;
mod cut;
mod decompress;
mod discover;
mod documents;
mod encoding;
mod fields;
mod form;
pub mod formats;
mod frame;
#[doc(hidden)]
pub mod fuzz;
mod header;
mod incident;
mod json;
mod kubernetes;
mod level;
mod lines;
mod mend;
mod open;
mod part;
mod places;
mod points;
mod reopen;
mod requests;
mod roles;
mod settings;
mod spans;
mod stamp;
mod text;
mod traces;
mod watched;
mod yaml;
mod years;
mod zone;

pub use chunk::{CHUNK_BYTES, Chunk};
pub use discover::{Discovered, Source, discover};
pub use form::{Family, Form, Format, Sample};
pub use formats::FORMATS;
pub use incident::{IncidentError, incident};
pub use open::{Opened, SAMPLE_BYTES, bytes_read, open, open_stdin};
pub use part::{Content, Part, Point, PointBatch, SeriesText, SpanRecord, parse};
pub use reopen::{Surroundings, WhyNot, around, reopen};
pub use settings::{Argument, Given, Limits, Settings};
pub use stamp::{TimeError, time_of};
pub use zone::{UnknownZone, Zone};
