//! A chunk: a stretch of one source's decompressed text that begins where a record begins.

use std::sync::Arc;

use evidence::Time;

/// About how many bytes a chunk has. Its borders depend on the source's bytes alone.
pub const CHUNK_BYTES: usize = 1 << 20;

/// A stretch of one source, whole lines, in order.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Number of the source.
    pub source: u32,
    /// Which chunk of the source this is, from 0.
    pub index: u64,
    /// The number of its first line in the source, from 1.
    pub first_line: u64,
    /// The bytes; the last line of a source may lack its newline.
    pub bytes: Arc<[u8]>,
    /// Where stamps have no year: a moment that the chunk's first stamps lie near. `None` where stamps have years.
    pub year_base: Option<Time>,
}
