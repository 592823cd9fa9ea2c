//! A gzip member without compression: every reader of `.gz` reads it, and it needs no library.
//!
//! Source: RFC 1951 (stored blocks) and RFC 1952 (header, CRC-32).

/// The text as a gzip file. Its header holds no time and no name, so that the same text gives the same bytes.
pub fn stored(text: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blocks = text.chunks(usize::from(u16::MAX));
    let last = blocks.len().saturating_sub(1);
    for (number, block) in blocks.enumerate() {
        let length = block.len() as u16;
        out.push(u8::from(number == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    if text.is_empty() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    out.extend(crc(text).to_le_bytes());
    out.extend((text.len() as u32).to_le_bytes());
    out
}

/// CRC-32, its table made when it is needed.
fn crc(text: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256_u32)
        .map(|byte| (0..8).fold(byte, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 }))
        .collect();
    !text.iter().fold(u32::MAX, |c, byte| table[usize::from(c as u8 ^ byte)] ^ (c >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_the_standard_text() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn long_texts_are_blocks_and_the_last_one_says_so() {
        let out = stored(&vec![b'x'; 70_000]);
        assert_eq!(out.len(), 10 + 5 + 65_535 + 5 + (70_000 - 65_535) + 8);
        assert_eq!((out[10], out[10 + 5 + 65_535]), (0, 1));
        assert_eq!(stored(b"")[10..15], [1, 0, 0, 0xff, 0xff]);
    }
}
