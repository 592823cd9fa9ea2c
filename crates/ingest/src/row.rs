//! A row of a table, taken apart by the rules of RFC 4180 as the csv crate has them: quotes, doubled quotes, cells over
//! several lines.
//!
//! Refuses to know what the cells mean.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// The cells of one row after the other; made once for many rows.
pub(crate) struct Row {
    reader: Reader,
    /// The cells' bytes, one behind the other.
    bytes: Vec<u8>,
    /// Where each cell ends in them.
    ends: Vec<usize>,
    many: usize,
}

impl Row {
    /// No row yet, of a table with this delimiter.
    pub fn new(delimiter: u8) -> Row {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Row { reader, bytes: Vec::new(), ends: Vec::new(), many: 0 }
    }

    /// Takes a row apart. Gives whether its quotes are closed and nothing follows it; the cells are those that there are
    /// anyway.
    pub fn split(&mut self, text: &[u8]) -> bool {
        self.reader.reset();
        self.bytes.resize(text.len().max(1), 0);
        self.ends.resize(text.len() + 2, 0);
        // The end of the line closes the row, unless a quote is open.
        let parts: [&[u8]; 3] = [text, b"\n", b""];
        let (mut written, mut ended) = (0, 0);
        for (part, input) in parts.iter().enumerate() {
            let (result, read, wrote, ends) =
                self.reader.read_record(input, &mut self.bytes[written..], &mut self.ends[ended..]);
            (written, ended) = (written + wrote, ended + ends);
            if result != ReadRecordResult::InputEmpty {
                self.many = ended;
                return part == 1 || part == 0 && read == input.len();
            }
        }
        self.many = ended;
        false
    }

    /// How many cells the row has.
    pub fn len(&self) -> usize {
        self.many
    }

    /// What its cells say, one behind the other.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.ends[..self.many].last().copied().unwrap_or(0)]
    }

    /// Where each cell stands in [`Row::bytes`].
    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let ends = &self.ends[..self.many];
        std::iter::once(0).chain(ends.iter().copied()).zip(ends.iter().copied())
    }

    /// The cells, one by one.
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        self.places().map(|(from, to)| &self.bytes[from..to])
    }
}

/// The cells of one row as text.
pub(crate) fn split_line(line: &[u8], delimiter: u8) -> Vec<String> {
    let mut row = Row::new(delimiter);
    row.split(line);
    row.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_undone_and_an_open_one_is_told() {
        let mut row = Row::new(b',');
        let mut told = |text: &str| {
            let whole = row.split(text.as_bytes());
            let cells: Vec<String> = row.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            (cells.join("|"), row.len(), whole)
        };
        assert_eq!(told("a,\"b,c\",\"d\"\"e\""), ("a|b,c|d\"e".into(), 3, true));
        assert_eq!(told("a,,"), ("a||".into(), 3, true));
        assert_eq!(told("a,\"b\nc\",d"), ("a|b\nc|d".into(), 3, true));
        assert_eq!(told("a,\"b,c"), ("a|b,c\n".into(), 2, false));
        assert_eq!(told("a,b\nc,d"), ("a|b".into(), 2, false));
        assert_eq!(told("a\"b,\"c\""), ("a\"b|c".into(), 2, true));
        assert_eq!(told(""), (String::new(), 0, true));
    }

    proptest::proptest! {
        #[test]
        fn fuzz_any_bytes_are_taken(bytes: Vec<u8>) {
            let mut row = Row::new(b';');
            row.split(&bytes);
            proptest::prop_assert_eq!(row.cells().count(), row.len());
            proptest::prop_assert!(row.bytes().len() <= bytes.len() + 1);
        }
    }
}
