//! A gzip member, or a zlib stream, without compression: every reader reads it, and it needs no library.
//!
//! Sources: RFC 1951 (stored blocks), RFC 1952 (header, CRC-32), RFC 1950 (Adler-32).

/// The text as a gzip file. Its header holds no time and no name, so that the same text gives the same bytes.
pub fn stored(text: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend(blocks(text));
    out.extend(crc(text).to_le_bytes());
    out.extend((text.len() as u32).to_le_bytes());
    out
}

/// The text as a zlib stream.
pub fn zlib(text: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    out.extend(blocks(text));
    let (mut a, mut b) = (1_u32, 0_u32);
    // So many bytes can be added before the sums must be taken down again.
    for part in text.chunks(5_552) {
        for byte in part {
            a += u32::from(*byte);
            b += a;
        }
        (a, b) = (a % 65_521, b % 65_521);
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

/// Stored blocks, the last of which says that it is.
fn blocks(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 16);
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
    out
}

/// What CRC-32 makes of each byte.
const TABLE: [u32; 256] = {
    let (mut table, mut byte) = ([0; 256], 0);
    while byte < 256 {
        let (mut c, mut bit) = (byte as u32, 0);
        while bit < 8 {
            c = if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
            bit += 1;
        }
        table[byte] = c;
        byte += 1;
    }
    table
};

/// CRC-32.
pub fn crc(text: &[u8]) -> u32 {
    !text.iter().fold(u32::MAX, |c, byte| TABLE[usize::from(c as u8 ^ byte)] ^ (c >> 8))
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
