//! Inputs as somebody compressed them, whole or damaged.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::fuzz::Chance;

/// The bytes as gzip or zstd in one or several members.
pub fn packed(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let is_gzip = chance.once_in(2);
    let middle = if chance.once_in(2) { chance.below(bytes.len() + 1) } else { 0 };
    let (one, two) = bytes.split_at(middle);
    let pack = |part: &[u8]| if is_gzip { gzip(part) } else { zstd::stream::encode_all(part, 1).unwrap_or_default() };
    let first = if middle == 0 { Vec::new() } else { pack(one) };
    [first, pack(two)].concat()
}

fn gzip(part: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(part).and_then(|()| encoder.finish()).unwrap_or_default()
}
