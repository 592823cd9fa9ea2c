//! How rows are laid out on disk: fixed width, little-endian, without padding. Files live as long as a run, so there is no
//! version here; nothing of this format is ever read by another run.

use evidence::{LogCount, Name, PointRow, SeriesIndex, SpanRow, Time, Timing, ValueRow};

/// A row of fixed width that knows its place in order.
pub trait Row: Copy {
    /// Bytes of one row on disk.
    const WIDTH: usize;
    /// What rows are ordered by.
    type Key: Ord;
    /// Its place.
    fn key(&self) -> Self::Key;
    /// Writes itself.
    fn write(&self, out: &mut Writer<'_>);
    /// Reads one.
    fn read(from: &mut Reader<'_>) -> Self;
}

/// Writes fields one after the other.
pub struct Writer<'a> {
    to: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Appends to these bytes.
    pub fn new(to: &'a mut Vec<u8>) -> Writer<'a> {
        Writer { to }
    }

    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.to.extend_from_slice(&bytes);
    }
}

/// Reads fields one after the other.
pub struct Reader<'a> {
    from: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from these bytes.
    pub fn new(from: &'a [u8]) -> Reader<'a> {
        Reader { from }
    }

    fn get<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.from.split_at(N);
        self.from = rest;
        head.try_into().expect("split_at gave exactly N bytes")
    }

    fn u8(&mut self) -> u8 {
        self.get::<1>()[0]
    }
    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.get())
    }
    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.get())
    }
    fn time(&mut self) -> Time {
        Time(i64::from_le_bytes(self.get()))
    }
    fn name(&mut self) -> Name {
        Name(self.u32())
    }
    fn timing(&mut self) -> Timing {
        match self.u8() {
            0 => Timing::OnTime,
            1 => Timing::Late,
            _ => Timing::Held,
        }
    }
}

impl Row for LogCount {
    const WIDTH: usize = 78;
    type Key = (Time, u32, u32, Name, Name, u8, Timing, u64);

    fn key(&self) -> Self::Key {
        (
            self.edge,
            self.source,
            self.shape,
            self.service,
            self.instance,
            self.severity,
            self.timing,
            self.sample_record,
        )
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.put(self.edge.0.to_le_bytes());
        out.put(self.source.to_le_bytes());
        out.put(self.shape.to_le_bytes());
        out.put(self.service.0.to_le_bytes());
        out.put(self.instance.0.to_le_bytes());
        out.put([self.severity]);
        out.put(self.kinds.to_le_bytes());
        out.put([self.timing as u8]);
        out.put(self.count.to_le_bytes());
        out.put(self.sample_record.to_le_bytes());
        out.put(self.sample_line.to_le_bytes());
        out.put(self.sample_hash.to_le_bytes());
        out.put(self.sample_time.0.to_le_bytes());
        out.put(self.sample_text.to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> LogCount {
        LogCount {
            edge: from.time(),
            source: from.u32(),
            shape: from.u32(),
            service: from.name(),
            instance: from.name(),
            severity: from.u8(),
            kinds: from.u64(),
            timing: from.timing(),
            count: from.u32(),
            sample_record: from.u64(),
            sample_line: from.u64(),
            sample_hash: from.u64(),
            sample_time: from.time(),
            sample_text: from.u64(),
        }
    }
}

impl Row for ValueRow {
    const WIDTH: usize = 33;
    type Key = (Time, u32, u32, Name, u8, u32, u64);

    fn key(&self) -> Self::Key {
        (self.edge, self.source, self.shape, self.service, self.place, self.count, self.value.to_bits())
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.put(self.edge.0.to_le_bytes());
        out.put(self.source.to_le_bytes());
        out.put(self.shape.to_le_bytes());
        out.put(self.service.0.to_le_bytes());
        out.put([self.place]);
        out.put(self.count.to_le_bytes());
        out.put(self.value.to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> ValueRow {
        ValueRow {
            edge: from.time(),
            source: from.u32(),
            shape: from.u32(),
            service: from.name(),
            place: from.u8(),
            count: from.u32(),
            value: f64::from_le_bytes(from.get()),
        }
    }
}

/// Which shape one record has: for listings that name every record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRow {
    /// Its place among all records that were read.
    pub place: u64,
    /// Number of the source.
    pub source: u32,
    /// The line where it begins, from 1.
    pub line: u64,
    /// The miner's number for its shape.
    pub shape: u32,
}

impl Row for LineRow {
    const WIDTH: usize = 24;
    type Key = u64;

    fn key(&self) -> u64 {
        self.place
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.put(self.place.to_le_bytes());
        out.put(self.source.to_le_bytes());
        out.put(self.line.to_le_bytes());
        out.put(self.shape.to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> LineRow {
        LineRow { place: from.u64(), source: from.u32(), line: from.u64(), shape: from.u32() }
    }
}

impl Row for PointRow {
    const WIDTH: usize = 33;
    type Key = (Time, u32, u64);

    fn key(&self) -> Self::Key {
        (self.time, self.source, self.record)
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.put(self.time.0.to_le_bytes());
        out.put(self.series.0.to_le_bytes());
        out.put(self.value.to_le_bytes());
        out.put(self.source.to_le_bytes());
        out.put(self.record.to_le_bytes());
        out.put([self.timing as u8]);
    }

    fn read(from: &mut Reader<'_>) -> PointRow {
        PointRow {
            time: from.time(),
            series: SeriesIndex(from.u32()),
            value: f64::from_le_bytes(from.get()),
            source: from.u32(),
            record: from.u64(),
            timing: from.timing(),
        }
    }
}

impl Row for SpanRow {
    const WIDTH: usize = 82;
    type Key = (Time, u32, u64);

    fn key(&self) -> Self::Key {
        (self.end, self.source, self.record)
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.put(self.end.0.to_le_bytes());
        out.put(self.start.0.to_le_bytes());
        out.put(self.trace.to_le_bytes());
        out.put(self.id.to_le_bytes());
        out.put(self.parent.to_le_bytes());
        out.put(self.service.0.to_le_bytes());
        out.put(self.instance.0.to_le_bytes());
        out.put(self.name.0.to_le_bytes());
        out.put([u8::from(self.failed)]);
        out.put(self.source.to_le_bytes());
        out.put(self.record.to_le_bytes());
        out.put(self.line.to_le_bytes());
        out.put([self.timing as u8]);
    }

    fn read(from: &mut Reader<'_>) -> SpanRow {
        SpanRow {
            end: from.time(),
            start: from.time(),
            trace: u128::from_le_bytes(from.get()),
            id: from.u64(),
            parent: from.u64(),
            service: from.name(),
            instance: from.name(),
            name: from.name(),
            failed: from.u8() != 0,
            source: from.u32(),
            record: from.u64(),
            line: from.u64(),
            timing: from.timing(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same<T: Row + PartialEq + std::fmt::Debug>(row: T) {
        let mut bytes = Vec::new();
        row.write(&mut Writer::new(&mut bytes));
        assert_eq!(bytes.len(), T::WIDTH);
        assert_eq!(T::read(&mut Reader::new(&bytes)), row);
    }

    #[test]
    fn rows_come_back_as_they_were() {
        same(PointRow {
            time: Time(-3),
            series: SeriesIndex(7),
            value: -0.25,
            source: 2,
            record: 9,
            timing: Timing::Late,
        });
        same(SpanRow {
            end: Time(5),
            start: Time(1),
            trace: u128::MAX - 3,
            id: 4,
            parent: 0,
            service: Name(1),
            instance: Name(2),
            name: Name(3),
            failed: true,
            source: 6,
            record: 8,
            line: 7,
            timing: Timing::Held,
        });
        same(ValueRow { edge: Time(60), source: 1, shape: 2, service: Name(3), place: 4, count: 5, value: -0.5 });
        same(LineRow { place: 1, source: 2, line: 3, shape: 4 });
        same(LogCount {
            edge: Time(60),
            source: 1,
            shape: 2,
            service: Name(3),
            instance: Name(4),
            severity: 17,
            kinds: 0x1234_5678_9abc_def0,
            timing: Timing::OnTime,
            count: 5,
            sample_record: 6,
            sample_line: 7,
            sample_hash: 8,
            sample_time: Time(9),
            sample_text: u64::MAX,
        });
    }
}
