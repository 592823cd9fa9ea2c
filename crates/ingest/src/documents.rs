//! Sources of documents: one a line, or one over all lines. What every such format has to count alike.

use crate::chunk::Chunk;
use crate::lines::document_lines;
use crate::part::Part;
use crate::text::{self, Lines};

/// Hands out each document of a chunk with the line on which it begins. `one` counts the records that it finds; lines,
/// blanks and what holds no record are counted here.
pub(crate) fn each(chunk: &Chunk, whole: bool, part: &mut Part, mut one: impl FnMut(&[u8], u64, &mut Part)) {
    if whole {
        one(&chunk.bytes, chunk.first_line, part);
        part.starts = u64::from(part.coverage.records > 0);
        return document_lines(&chunk.bytes, part);
    }
    part.coverage.lines = text::line_count(&chunk.bytes);
    for (number, (from, to)) in Lines::new(&chunk.bytes).enumerate() {
        let line = &chunk.bytes[from..to];
        if text::is_blank(line) {
            part.coverage.blank += 1;
            continue;
        }
        let before = part.coverage.records;
        one(line, chunk.first_line + number as u64, part);
        let any = part.coverage.records > before;
        part.starts += u64::from(any);
        part.coverage.folded += u64::from(!any);
    }
}
