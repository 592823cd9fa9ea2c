//! Timestamps as people write them: recognised by their shape at the head of some bytes, then made absolute.
//!
//! [`Shape::read`] is pure grammar; [`Stamps`] adds the zone, the year where none is written, and remembers the last
//! minute, since the next record is nearly always in it. Refuses to search a line: where a stamp stands is learnt by
//! `header`. The grammar is lenient where loggers differ (RFC 3339 with a blank for `T`, a comma before the fraction,
//! no zone) and strict where a number could be anything. Read [`Shape`] first.

use evidence::{Civil, MINUTE, SECOND, Time};

use crate::settings::Settings;
use crate::years::Years;
use crate::zone::Zone;

/// How a stamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// `2026-11-22T10:00:00.123Z` and its kin: `/` or `.` in the date, a blank or `_` for `T`, a comma before the
    /// fraction, any zone or none. RFC 3339, ISO 8601.
    Iso,
    /// `20261122T100000Z`, `20261122-10:00:00:123`, `261122 100000`.
    Basic,
    /// `22/11/2026 10:00:00` in one of its orders; two or four digits of year.
    Slashed(DateOrder),
    /// `22/Nov/2026:10:00:00 +0000`, `22 Nov 2026 10:00:00.123`, `22-Nov-2026 10:00:00`.
    DayMonthYear,
    /// `Nov 22 10:00:00` (RFC 3164), `Nov 22, 2026 10:00:00 AM`.
    MonthName,
    /// `Sun Nov 22 10:00:00.123 2026` (ctime), `Sun, 22 Nov 2026 10:00:00 +0000` (RFC 5322).
    WeekdayName,
    /// `11-22 10:00:00.123`.
    MonthDay,
    /// `I1122 10:00:00.123456` (glog): the letter is the level.
    Klog,
    /// Seconds, milli-, micro- or nanoseconds since 1970, told apart by size.
    Epoch,
    /// `10:00:00.123`: no date, so no moment.
    Clock,
}

impl Shape {
    /// Which kind of time it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Shape::Iso => "time (as 2026-11-22T10:00:00Z)",
            Shape::Basic => "time (as 20261122T100000Z)",
            Shape::Slashed(DateOrder::Year) => "time (as 26/11/22 10:00:00)",
            Shape::Slashed(DateOrder::Month) => "time (as 11/22/2026 10:00:00, the month first)",
            Shape::Slashed(DateOrder::Day) => "time (as 22/11/2026 10:00:00, the day first)",
            Shape::DayMonthYear => "time (as 22/Nov/2026:10:00:00 +0000)",
            Shape::MonthName => "time (as Nov 22 10:00:00, perhaps without a year)",
            Shape::WeekdayName => "time (as Sun Nov 22 10:00:00 2026)",
            Shape::MonthDay => "time (as 11-22 10:00:00, without a year)",
            Shape::Klog => "level and time (as I1122 10:00:00, without a year)",
            Shape::Epoch => "time (counted from 1970)",
            Shape::Clock => "time of day (no date, so no moment)",
        }
    }
}

/// What the first number of a date with slashes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum DateOrder {
    /// `26/11/22`
    Year,
    /// `11/22/2026`
    Month,
    /// `22/11/2026`
    Day,
}

/// A stamp as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub moment: Moment,
    /// How many bytes it takes.
    pub length: usize,
}

/// What a stamp says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A date and time of day; the year is 0 where none is written; the offset from UTC in seconds where one is.
    Civil(Civil, Option<i32>),
    /// A number that counts from 1970.
    Absolute(Time),
    /// A time of day without a date.
    OfSomeDay,
}

impl Shape {
    /// All shapes, those that say most first.
    pub const ALL: [Shape; 12] = [
        Shape::Iso,
        Shape::DayMonthYear,
        Shape::WeekdayName,
        Shape::Basic,
        Shape::Slashed(DateOrder::Year),
        Shape::Slashed(DateOrder::Month),
        Shape::Slashed(DateOrder::Day),
        Shape::MonthName,
        Shape::Klog,
        Shape::MonthDay,
        Shape::Epoch,
        Shape::Clock,
    ];

    /// The stamp of this shape at the head of the bytes.
    pub fn read(self, bytes: &[u8]) -> Option<Stamp> {
        let scan = Scan { bytes, at: 0 };
        match self {
            Shape::Iso => iso(scan),
            Shape::Basic => basic(scan),
            Shape::Slashed(order) => slashed(scan, order),
            Shape::DayMonthYear => day_month_year(scan),
            Shape::MonthName => month_name(scan),
            Shape::WeekdayName => weekday_name(scan),
            Shape::MonthDay => month_day(scan),
            Shape::Klog => klog(scan),
            Shape::Epoch => epoch(scan),
            Shape::Clock => clock_alone(scan),
        }
    }

    /// The first shape that fits the head of the bytes.
    pub fn find(bytes: &[u8]) -> Option<(Shape, Stamp)> {
        if !bytes.first().is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        Shape::ALL.iter().find_map(|shape| shape.read(bytes).map(|stamp| (*shape, stamp)))
    }
}

/// A place in some bytes. Copied where a reading may fail.
#[derive(Clone, Copy)]
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn peek_at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn take(&mut self, any: &[u8]) -> Option<u8> {
        let byte = self.peek();
        any.contains(&byte).then(|| {
            self.at += 1;
            byte
        })
    }

    /// Exactly two digits.
    fn two(&mut self) -> Option<u32> {
        let tens = self.peek().wrapping_sub(b'0');
        let ones = self.peek_at(1).wrapping_sub(b'0');
        if tens > 9 || ones > 9 {
            return None;
        }
        self.at += 2;
        Some(u32::from(tens) * 10 + u32::from(ones))
    }

    /// Exactly four digits.
    fn four(&mut self) -> Option<u32> {
        Some(self.two()? * 100 + self.two()?)
    }

    /// One or two digits.
    fn one_or_two(&mut self) -> Option<u32> {
        if self.peek_at(1).is_ascii_digit() {
            return self.two();
        }
        let digit = self.peek().wrapping_sub(b'0');
        (digit < 10).then(|| {
            self.at += 1;
            u32::from(digit)
        })
    }

    fn digits_ahead(&self) -> usize {
        self.bytes[self.at.min(self.bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count()
    }

    /// Whether a word or number ends here.
    fn is_end(&self) -> bool {
        !self.peek().is_ascii_alphanumeric()
    }

    /// A month's name in three letters, or spelled out.
    fn month(&mut self) -> Option<u32> {
        let name = self.bytes.get(self.at..self.at + 3)?;
        let lower = [name[0] | 32, name[1] | 32, name[2] | 32];
        let month = MONTHS.iter().position(|m| *m == lower)? as u32 + 1;
        self.at += 3;
        while self.peek().is_ascii_alphabetic() {
            self.at += 1;
        }
        Some(month)
    }

    fn blanks(&mut self) -> Option<()> {
        self.take(b" ")?;
        while self.peek() == b' ' {
            self.at += 1;
        }
        Some(())
    }
}

const MONTHS: [[u8; 3]; 12] =
    [*b"jan", *b"feb", *b"mar", *b"apr", *b"may", *b"jun", *b"jul", *b"aug", *b"sep", *b"oct", *b"nov", *b"dec"];
const WEEKDAYS: [[u8; 3]; 7] = [*b"mon", *b"tue", *b"wed", *b"thu", *b"fri", *b"sat", *b"sun"];

fn date(year: u32, month: u32, day: u32) -> Option<Civil> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(Civil { year: year as i32, month: month as u8, day: day as u8, hour: 0, minute: 0, second: 0, nanos: 0 })
}

/// A year of two digits: the century that POSIX gives it (`strptime`, `%y`).
fn century(two: u32) -> u32 {
    if two >= 69 { 1_900 + two } else { 2_000 + two }
}

impl Scan<'_> {
    /// `10:00:00`, `9:05`, `10.00.00`, with a fraction, with AM or PM.
    fn clock(&mut self, on: &mut Civil) -> Option<()> {
        let hour = self.one_or_two()?;
        let between = self.take(b":.")?;
        let minute = self.two()?;
        let mut second = 0;
        if self.peek() == between && self.peek_at(1).is_ascii_digit() {
            self.at += 1;
            second = self.two()?;
        } else if between == b'.' {
            return None;
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        (on.hour, on.minute, on.second) = (hour as u8, minute as u8, second as u8);
        on.nanos = self.fraction();
        self.half_of_day(on);
        Some(())
    }

    /// What some write between date and time: `2026/11/22 - 10:00:00`, `22/11/2026 -- 10:00:00`,
    /// `[2026-11-22][10:00:00]`.
    fn dashes(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let found = [&b" - "[..], b" -- ", b"]["].into_iter().find(|between| rest.starts_with(between));
        self.at += found.map_or(0, <[u8]>::len);
        found.is_some()
    }

    /// The digits after the seconds; more than nine are cut. After a colon only three are a fraction.
    fn fraction(&mut self) -> u32 {
        let point = self.peek();
        let mut digits = Scan { bytes: self.bytes, at: self.at + 1 };
        let count = match point {
            b'.' | b',' => digits.digits_ahead(),
            b':' if digits.digits_ahead() <= 3 => digits.digits_ahead(),
            _ => 0,
        };
        if count == 0 {
            return 0;
        }
        // Behind a colon stand milliseconds, with or without zeros before them.
        if point == b':' {
            let millis = (0..count).fold(0, |n, at| n * 10 + u32::from(digits.peek_at(at) - b'0'));
            self.at += 1 + count;
            return millis * 1_000_000;
        }
        let mut nanos = 0;
        for place in 0..9 {
            let digit = if place < count { digits.peek() - b'0' } else { 0 };
            digits.at += usize::from(place < count);
            nanos = nanos * 10 + u32::from(digit);
        }
        self.at += 1 + count;
        nanos
    }

    fn half_of_day(&mut self, on: &mut Civil) {
        let gap = usize::from(self.peek() == b' ');
        let letters = (self.peek_at(gap) | 32, self.peek_at(gap + 1) | 32);
        if !matches!(letters, (b'a' | b'p', b'm')) || self.peek_at(gap + 2).is_ascii_alphanumeric() || on.hour > 12 {
            return;
        }
        on.hour = on.hour % 12 + if letters.0 == b'p' { 12 } else { 0 };
        self.at += gap + 2;
    }

    /// The zone after a time: `Z`, `+01:00`, `+0100`, `+01`, ` +0100`, ` UTC`, ` +0000 UTC`; its offset in seconds.
    fn zone(&mut self) -> Option<i32> {
        match self.peek() {
            b'Z' | b'z' if !self.peek_at(1).is_ascii_alphanumeric() => {
                self.at += 1;
                Some(0)
            }
            b'+' | b'-' => self.offset(true),
            b' ' => self.zone_after_blank(),
            _ => None,
        }
    }

    fn zone_after_blank(&mut self) -> Option<i32> {
        let mut ahead = Scan { bytes: self.bytes, at: self.at + 1 };
        let found = match ahead.peek() {
            b'+' | b'-' => ahead.offset(false),
            _ => ahead.zone_name(),
        }?;
        self.at = ahead.at;
        if self.peek() == b' ' {
            let mut name = Scan { bytes: self.bytes, at: self.at + 1 };
            if name.zone_name().is_some() {
                self.at = name.at;
            }
        }
        Some(found)
    }

    /// `+01:00`, `+0100`; where the sign follows the time at once also `+01`.
    fn offset(&mut self, short: bool) -> Option<i32> {
        let mut ahead = *self;
        let sign = if ahead.take(b"+-")? == b'-' { -1 } else { 1 };
        let hours = ahead.two()?;
        let colon = ahead.peek() == b':';
        let mut minutes = Scan { bytes: ahead.bytes, at: ahead.at + usize::from(colon) };
        let minutes = match minutes.two() {
            Some(found) if minutes.is_end() => {
                ahead.at = minutes.at;
                found
            }
            _ if short && ahead.is_end() && !colon => 0,
            _ => return None,
        };
        if hours > 18 || minutes > 59 {
            return None;
        }
        self.at = ahead.at;
        Some(sign * (hours * 3_600 + minutes * 60) as i32)
    }

    /// The names of zones that mean one thing: those of RFC 2822 section 4.3 and a few without a double.
    fn zone_name(&mut self) -> Option<i32> {
        let length = self.bytes[self.at.min(self.bytes.len())..].iter().take_while(|b| b.is_ascii_uppercase()).count();
        let name = self.bytes.get(self.at..self.at + length)?;
        let hours = match name {
            b"UTC" | b"GMT" | b"UT" => 0,
            b"EST" => -5,
            b"EDT" => -4,
            b"CDT" => -5,
            b"MST" => -7,
            b"MDT" => -6,
            b"PST" => -8,
            b"PDT" => -7,
            b"CET" => 1,
            b"CEST" | b"EET" => 2,
            b"EEST" => 3,
            b"JST" => 9,
            _ => return None,
        };
        self.at += length;
        self.is_end().then_some(hours * 3_600)
    }

    /// Ends a civil stamp: its zone, and that nothing is glued to it.
    fn end(mut self, civil: Civil) -> Option<Stamp> {
        let offset = self.zone();
        self.is_end().then_some(Stamp { moment: Moment::Civil(civil, offset), length: self.at })
    }
}

/// The offset that a text is, in seconds: `+02:00`, `-0330`, `+2`.
pub(crate) fn offset_of(text: &[u8]) -> Option<i32> {
    let mut scan = Scan { bytes: text, at: 0 };
    if let Some(seconds) = scan.offset(true) {
        return (scan.at == text.len()).then_some(seconds);
    }
    let sign = if scan.take(b"+-")? == b'-' { -1 } else { 1 };
    let hours = scan.one_or_two()? as i32;
    (scan.at == text.len() && hours <= 18).then_some(sign * hours * 3_600)
}

fn iso_date(scan: &mut Scan<'_>) -> Option<Civil> {
    let year = scan.four()?;
    let between = scan.take(b"-/.")?;
    let month = scan.two()?;
    scan.take(&[between])?;
    let day = scan.two()?;
    if !(1_679..=2_261).contains(&year) {
        return None;
    }
    date(year, month, day)
}

fn iso(mut scan: Scan<'_>) -> Option<Stamp> {
    let mut civil = iso_date(&mut scan)?;
    if scan.dashes() {
        scan.clock(&mut civil)?;
        return scan.end(civil);
    }
    match scan.take(b"Tt _-,")? {
        b',' => scan.blanks()?,
        b' ' if scan.peek() == b' ' => scan.blanks()?,
        _ => {}
    }
    scan.clock(&mut civil)?;
    scan.end(civil)
}

fn basic(mut scan: Scan<'_>) -> Option<Stamp> {
    let digits = scan.digits_ahead();
    let year = match digits {
        8 | 14 => scan.four()?,
        6 => century(scan.two()?),
        _ => return None,
    };
    let mut civil = date(year, scan.two()?, scan.two()?)?;
    if !(1_900..=2_261).contains(&year) {
        return None;
    }
    if digits != 14 {
        scan.take(b"Tt -_")?;
    }
    if scan.digits_ahead() >= 6 {
        let (hour, minute, second) = (scan.two()?, scan.two()?, scan.two()?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        (civil.hour, civil.minute, civil.second) = (hour as u8, minute as u8, second as u8);
        civil.nanos = scan.fraction();
    } else {
        scan.clock(&mut civil)?;
    }
    scan.end(civil)
}

fn slashed(mut scan: Scan<'_>, order: DateOrder) -> Option<Stamp> {
    let first = scan.one_or_two()?;
    let between = scan.take(b"/-.")?;
    let second = scan.one_or_two()?;
    scan.take(&[between])?;
    let third = match scan.digits_ahead() {
        4 => scan.four()?,
        2 => scan.two()?,
        _ => return None,
    };
    let long = |year: u32| if year < 100 { century(year) } else { year };
    let mut civil = match order {
        DateOrder::Year if third < 100 => date(century(first), second, third)?,
        DateOrder::Year => return None,
        DateOrder::Month => date(long(third), first, second)?,
        DateOrder::Day => date(long(third), second, first)?,
    };
    if !scan.dashes() {
        scan.take(b" T,-:")?;
        while scan.peek() == b' ' {
            scan.at += 1;
        }
    }
    scan.clock(&mut civil)?;
    scan.end(civil)
}

fn day_month_year_date(scan: &mut Scan<'_>) -> Option<Civil> {
    let day = scan.one_or_two()?;
    let between = scan.take(b"/- ")?;
    let month = scan.month()?;
    scan.take(&[between])?;
    let year = match scan.digits_ahead() {
        2 if between != b' ' => century(scan.two()?),
        _ => scan.four()?,
    };
    date(year, month, day)
}

fn day_month_year(mut scan: Scan<'_>) -> Option<Stamp> {
    let mut civil = day_month_year_date(&mut scan)?;
    scan.take(b" :T,")?;
    while scan.peek() == b' ' {
        scan.at += 1;
    }
    scan.clock(&mut civil)?;
    scan.end(civil)
}

fn month_name(mut scan: Scan<'_>) -> Option<Stamp> {
    let month = scan.month()?;
    scan.blanks()?;
    let day = scan.one_or_two()?;
    scan.take(b",");
    scan.blanks()?;
    let mut year = 0;
    if scan.digits_ahead() == 4 {
        year = scan.four()?;
        scan.take(b",");
        scan.blanks()?;
    }
    let mut civil = date(year, month, day)?;
    scan.clock(&mut civil)?;
    scan.end(civil)
}

fn weekday_name(mut scan: Scan<'_>) -> Option<Stamp> {
    let name = scan.bytes.get(..3)?;
    if !WEEKDAYS.contains(&[name[0] | 32, name[1] | 32, name[2] | 32]) {
        return None;
    }
    scan.at = 3;
    scan.take(b",");
    scan.blanks()?;
    if scan.peek().is_ascii_digit() {
        let mut civil = day_month_year_date(&mut scan)?;
        scan.blanks()?;
        scan.clock(&mut civil)?;
        return scan.end(civil);
    }
    let month = scan.month()?;
    scan.blanks()?;
    let day = scan.one_or_two()?;
    scan.blanks()?;
    let mut civil = date(0, month, day)?;
    scan.clock(&mut civil)?;
    let offset = scan.zone();
    scan.blanks()?;
    civil.year = scan.four()? as i32;
    scan.is_end().then_some(Stamp { moment: Moment::Civil(civil, offset), length: scan.at })
}

fn month_day(mut scan: Scan<'_>) -> Option<Stamp> {
    let month = scan.two()?;
    scan.take(b"-/.")?;
    let mut civil = date(0, month, scan.two()?)?;
    scan.take(b" T")?;
    scan.clock(&mut civil)?;
    scan.end(civil)
}

fn klog(mut scan: Scan<'_>) -> Option<Stamp> {
    scan.take(b"IWEFD")?;
    let year = match scan.digits_ahead() {
        8 => scan.four()?,
        6 => century(scan.two()?),
        4 => 0,
        _ => return None,
    };
    let mut civil = date(year, scan.two()?, scan.two()?)?;
    scan.blanks()?;
    scan.clock(&mut civil)?;
    scan.is_end().then_some(Stamp { moment: Moment::Civil(civil, None), length: scan.at })
}

/// Of a log line's head only moments of this century, and never a number with something glued to it.
fn epoch(scan: Scan<'_>) -> Option<Stamp> {
    let digits = scan.digits_ahead();
    if digits == 1 {
        return epoch_float(scan);
    }
    if !matches!(digits, 10 | 13 | 16 | 19) {
        return None;
    }
    let mut end = Scan { bytes: scan.bytes, at: digits };
    if digits == 10 && matches!(end.peek(), b'.' | b',') {
        let fraction = Scan { bytes: scan.bytes, at: digits + 1 }.digits_ahead();
        end.at += if fraction > 0 { 1 + fraction } else { 0 };
    }
    let time = epoch_of(&scan.bytes[..end.at])?;
    let this_century = (Time::from_seconds(978_307_200)..Time::from_seconds(4_102_444_800)).contains(&time);
    let apart = matches!(end.peek(), 0 | b' ' | b'\t' | b']' | b')' | b'|' | b',' | b';' | b':' | b'-');
    (this_century && apart).then_some(Stamp { moment: Moment::Absolute(time), length: end.at })
}

/// `1.7953416e+09`, as Go prints a float of seconds.
fn epoch_float(scan: Scan<'_>) -> Option<Stamp> {
    let bytes = scan.bytes;
    let fraction = bytes.get(2..).filter(|_| bytes[1] == b'.')?.iter().take_while(|b| b.is_ascii_digit()).count();
    let length = 2 + fraction + 4;
    let text = bytes.get(..length)?;
    let exponent = text.get(2 + fraction..)?;
    if !matches!(exponent, b"e+09" | b"e+12") || !matches!(bytes.get(length), None | Some(b' ' | b'\t')) {
        return None;
    }
    Some(Stamp { moment: Moment::Absolute(epoch_of_float(text)?), length })
}

fn clock_alone(mut scan: Scan<'_>) -> Option<Stamp> {
    let mut civil = date(0, 1, 1)?;
    let from = scan.at;
    scan.clock(&mut civil)?;
    // `10:00` alone is as likely a score or a port.
    let seconds = scan.bytes[from..scan.at].iter().filter(|b| **b == b':').count() >= 2;
    (seconds && scan.is_end()).then_some(Stamp { moment: Moment::OfSomeDay, length: scan.at })
}

/// A number that counts from 1970: seconds, milli-, micro- or nanoseconds by its size (2 of 1973 is not taken for one).
/// Digits with a fraction are read exactly; anything with an exponent through a float, to the microsecond.
pub(crate) fn epoch_of(text: &[u8]) -> Option<Time> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > 19 {
        return None;
    }
    let whole: i64 = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    match text.get(digits) {
        None => Some(Time(whole.checked_mul(unit_of(whole)?)?)),
        Some(b'.' | b',') => {
            let fraction = &text[digits + 1..];
            if fraction.iter().all(u8::is_ascii_digit) {
                let unit = unit_of(whole)?;
                return Some(Time(whole.checked_mul(unit)?.checked_add(part_of(unit, fraction))?));
            }
            epoch_of_float(text)
        }
        Some(b'e' | b'E') => epoch_of_float(text),
        Some(_) => None,
    }
}

/// How many nanoseconds one of these is, by the size of the number.
fn unit_of(whole: i64) -> Option<i64> {
    match whole {
        100_000_000..10_000_000_000 => Some(SECOND),
        100_000_000_000..10_000_000_000_000 => Some(SECOND / 1_000),
        100_000_000_000_000..10_000_000_000_000_000 => Some(1_000),
        100_000_000_000_000_000.. => Some(1),
        _ => None,
    }
}

/// A decimal fraction of a unit, in nanoseconds.
fn part_of(unit: i64, fraction: &[u8]) -> i64 {
    let (mut part, mut place) = (0, unit);
    for digit in fraction {
        place /= 10;
        part += i64::from(digit - b'0') * place;
    }
    part
}

fn epoch_of_float(text: &[u8]) -> Option<Time> {
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    if !(1e8..1e19).contains(&value) {
        return None;
    }
    let unit = unit_of(value as i64)? as f64;
    let micros = (value * unit / 1e3).round();
    (micros < 9.2e15).then(|| Time((micros as i64).saturating_mul(1_000)))
}

/// Reads stamps of one source, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Stamps {
    zone: Zone,
    years: Option<Years>,
    /// The last RFC 3339 minute as written, and as if it were UTC.
    written: ([u8; 16], i64),
    /// The last stamp of another shape whose end was plain to see, how long it is, and what it was read as.
    again: ([u8; STAMP_BYTES], usize, Option<(Shape, Read)>),
    /// The last minute of a zone's clock, as if it were UTC, and how far it really is from that.
    local: (i64, i64, Odd),
}

/// Stamps of more bytes are not remembered.
const STAMP_BYTES: usize = 32;

/// Whether what follows a stamp cannot belong to it: a small letter behind a blank, that begins no `am` or `pm`; or a bar,
/// or a bracket.
fn is_plain_end(rest: &[u8]) -> bool {
    match rest {
        [b' ', first, second, ..] => first.is_ascii_lowercase() && (*second | 32) != b'm',
        [b'|', ..] => true,
        _ => false,
    }
}

/// A stamp that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// The moment; `None` for a date that does not exist, or where the stamp does not say enough.
    pub time: Option<Time>,
    /// How many bytes it takes.
    pub length: usize,
    /// What is odd about it.
    pub odd: Odd,
}

/// What may be odd about what a clock shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Odd {
    #[default]
    Nothing,
    /// The clock was set back, and showed it twice.
    Twice,
    /// The clock was set forward, and never showed it.
    Skipped,
    /// A 60th second.
    Leap,
}

impl Odd {
    /// What is said of it; nothing where nothing is odd.
    pub fn words(self) -> Option<&'static str> {
        match self {
            Odd::Nothing => None,
            Odd::Twice => Some("the clock was set back and showed this time twice: the earlier was taken"),
            Odd::Skipped => Some("the clock was set forward and never showed this time: read as if it had not been"),
            Odd::Leap => Some("a leap second: taken as the second before it"),
        }
    }
}

impl Stamps {
    /// A reader for stamps in a zone; the base is where stamps without a year begin.
    pub fn new(zone: &Zone, year_base: Option<Time>) -> Stamps {
        let years = year_base.map(Years::new);
        Stamps {
            zone: zone.clone(),
            years,
            written: ([0; 16], 0),
            again: ([0; STAMP_BYTES], 0, None),
            local: (i64::MIN, 0, Odd::Nothing),
        }
    }

    /// The stamp of that shape at the head of the bytes.
    #[inline]
    pub fn read(&mut self, shape: Shape, bytes: &[u8]) -> Option<Read> {
        if shape == Shape::Iso
            && let Some(read) = self.same_minute(bytes)
        {
            return Some(read);
        }
        let (known, length, read) = &self.again;
        if let Some((of, read)) = read
            && *of == shape
            && bytes.len() > *length
            && bytes[..*length].iter().eq(&known[..*length])
            && is_plain_end(&bytes[*length..])
        {
            return Some(*read);
        }
        let stamp = shape.read(bytes)?;
        let read = self.resolve(&stamp);
        if shape == Shape::Iso {
            self.remember(bytes, &stamp);
        } else if let Some(text) = bytes.get(..stamp.length).filter(|text| text.len() <= STAMP_BYTES)
            && is_plain_end(&bytes[stamp.length..])
        {
            self.again.0[..text.len()].copy_from_slice(text);
            (self.again.1, self.again.2) = (text.len(), Some((shape, read)));
        }
        Some(read)
    }

    /// A stamp in the minute that was read last: only its seconds need reading.
    #[inline]
    fn same_minute(&mut self, bytes: &[u8]) -> Option<Read> {
        if bytes.get(..16)? != self.written.0 || *bytes.get(16)? != b':' {
            return None;
        }
        let mut scan = Scan { bytes, at: 17 };
        let written = scan.two().filter(|s| *s <= 60)?;
        let second = written.min(59);
        let nanos = scan.fraction();
        let at = scan.at;
        let utc = self.written.1 + i64::from(second) * SECOND + i64::from(nanos);
        let offset = scan.zone();
        // What is glued to the stamp, or half a day after it, is for the full reading to judge.
        if !scan.is_end() || matches!(scan.peek(), b' ') && scan.at == at && matches!(scan.peek_at(1) | 32, b'a' | b'p')
        {
            return None;
        }
        let (time, odd) = match offset {
            Some(seconds) => (Time(utc) - i64::from(seconds) * SECOND, Odd::Nothing),
            None => self.local_to_utc(utc),
        };
        Some(Read { time: Some(time), length: scan.at, odd: if written == 60 { Odd::Leap } else { odd } })
    }

    fn remember(&mut self, bytes: &[u8], stamp: &Stamp) {
        let Moment::Civil(civil, _) = stamp.moment else { return };
        let plain = bytes.get(13) == Some(&b':') && matches!(bytes.get(10), Some(b'T' | b't' | b' ' | b'_'));
        let minute = Civil { second: 0, nanos: 0, ..civil }.utc();
        if let (true, Some(minute), Some(head)) = (plain && bytes.get(11) != Some(&b' '), minute, bytes.get(..16)) {
            self.written.0.copy_from_slice(head);
            self.written.1 = minute.0;
        }
    }

    /// Makes a stamp absolute.
    pub fn resolve(&mut self, stamp: &Stamp) -> Read {
        let (time, odd) = match stamp.moment {
            Moment::Absolute(time) => (Some(time), Odd::Nothing),
            Moment::OfSomeDay => (None, Odd::Nothing),
            Moment::Civil(civil, offset) => match self.with_year(civil).and_then(Civil::utc) {
                None => (None, Odd::Nothing),
                Some(utc) => {
                    let (time, odd) = match offset {
                        Some(seconds) => (utc - i64::from(seconds) * SECOND, Odd::Nothing),
                        None => self.local_to_utc(utc.0),
                    };
                    (Some(time), if civil.second == 60 { Odd::Leap } else { odd })
                }
            },
        };
        Read { time, length: stamp.length, odd }
    }

    fn with_year(&mut self, civil: Civil) -> Option<Civil> {
        if civil.year != 0 {
            return Some(civil);
        }
        self.years.as_mut()?.place(civil)
    }

    /// From what a clock of the zone shows (as if it were UTC) to the moment. Offsets change on whole minutes only.
    fn local_to_utc(&mut self, utc: i64) -> (Time, Odd) {
        let minute = utc.div_euclid(MINUTE) * MINUTE;
        if self.local.0 != minute {
            let resolved = self.zone.resolve(Time(minute).civil());
            self.local = resolved.map_or((minute, 0, Odd::Nothing), |r| (minute, minute - r.time.0, r.odd));
        }
        (Time(utc) - self.local.1, self.local.2)
    }

    /// The moment that a text is as a whole: a cell of a table, a value of a field. Numbers count from 1970.
    pub fn value(&mut self, text: &[u8]) -> Option<Read> {
        let text = text.trim_ascii();
        if let Some(read) = self.read(Shape::Iso, text)
            && read.length == text.len()
        {
            return Some(read);
        }
        if let Some(time) = epoch_of(text) {
            return Some(Read { time: Some(time), length: text.len(), odd: Odd::Nothing });
        }
        let shapes = Shape::ALL.iter().filter(|shape| !matches!(shape, Shape::Klog | Shape::Epoch | Shape::Clock));
        let stamp = shapes.filter_map(|shape| shape.read(text)).find(|stamp| stamp.length == text.len());
        let stamp = stamp.or_else(|| date_alone(text))?;
        Some(self.resolve(&stamp))
    }
}

/// `2026-11-22`: its first moment.
fn date_alone(text: &[u8]) -> Option<Stamp> {
    let mut scan = Scan { bytes: text, at: 0 };
    let civil = iso_date(&mut scan)?;
    let mut zone = scan;
    let offset = zone.zone();
    (zone.at == text.len()).then_some(Stamp { moment: Moment::Civil(civil, offset), length: text.len() })
}

/// A text that is no time: its beginning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time: give RFC 3339 (2026-11-22T10:00:00Z), a date, or seconds, ms, µs or ns since 1970")]
pub struct TimeError(pub String);

/// The moment that a text names: RFC 3339, its kin without a zone (taken in `settings.timezone`), a date, or a number
/// of seconds, milli-, micro- or nanoseconds since 1970, told apart by size.
///
/// # Errors
/// Where it is none of these, or no moment that exists, or where it has no year and the settings give none.
pub fn time_of(text: &str, settings: &Settings) -> Result<Time, TimeError> {
    let base = settings.year.and_then(|year| date(year.unsigned_abs(), 1, 1)?.utc());
    let read = Stamps::new(&settings.timezone, base).value(text.as_bytes());
    read.and_then(|read| read.time).ok_or_else(|| TimeError(text.chars().take(80).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        let Some((shape, stamp)) = Shape::find(text.as_bytes()) else { return "none".into() };
        let base = Time::from_seconds(1_790_000_000);
        let read = Stamps::new(&Zone::utc(), Some(base)).resolve(&stamp);
        let time = read.time.map_or("no moment".into(), |t| t.to_string());
        format!("{shape:?} {time} rest {:?}", &text[stamp.length..])
    }

    const STAMPS: &[&str] = &[
        "2026-11-22T10:00:00.123456789Z x",
        "2026-11-22 10:00:00,123 INFO",
        "2026-11-22 10:00:00.5+01:00 x",
        "2026-11-22T10:00:00+0100",
        "2026-11-22T10:00:00-03 x",
        "2026-11-22 10:00:00 UTC [7]",
        "2026-11-22 10:00:00.1 +0000 UTC x",
        "2026-11-22 10:00:00 CET x",
        "2026/11/22 10:00:00 x",
        "2026-11-22-10.00.00.654321 x",
        "2026-11-22, 10:00:00 x",
        "2026-11-22 9:05:07 x",
        "2026-11-22T23:59:60Z",
        "2026-11-22 10:00:00.1234567891234 x",
        "20261122T100000Z x",
        "20261122-10:00:00:607|x",
        "20261122100000 x",
        "261122 100000 14 INFO",
        "26/11/22 10:00:00 INFO",
        "11/22/2026 10:00:00 PM x",
        "22.11.2026 10:00:00 x",
        "22/Nov/2026:10:00:00 +0100] x",
        "22 Nov 2026 10:00:00.123 * x",
        "Nov  2 10:00:00 web x",
        "Nov 22, 2026 10:00:00 PM x",
        "Sun Nov 22 10:00:00.123456 2026] x",
        "Sun Nov 22 10:00:00 UTC 2026",
        "Sun, 22 Nov 2026 10:00:00 +0000",
        "11-22 10:00:00.811  1200",
        "I1122 10:00:00.000123  1 a.go:1] x",
        "1795341600 x",
        "1795341600.25 x",
        "1795341600123 x",
        "1795341600123456789 x",
        "10:00:00.123 INFO",
    ];

    #[test]
    fn stamps_are_found_by_their_shape() {
        let told: String = STAMPS.iter().map(|line| format!("{line:?} -> {}\n", found(line))).collect();
        expect_test::expect![[r#"
            "2026-11-22T10:00:00.123456789Z x" -> Iso 2026-11-22T10:00:00.123456789Z rest " x"
            "2026-11-22 10:00:00,123 INFO" -> Iso 2026-11-22T10:00:00.123Z rest " INFO"
            "2026-11-22 10:00:00.5+01:00 x" -> Iso 2026-11-22T09:00:00.500Z rest " x"
            "2026-11-22T10:00:00+0100" -> Iso 2026-11-22T09:00:00Z rest ""
            "2026-11-22T10:00:00-03 x" -> Iso 2026-11-22T13:00:00Z rest " x"
            "2026-11-22 10:00:00 UTC [7]" -> Iso 2026-11-22T10:00:00Z rest " [7]"
            "2026-11-22 10:00:00.1 +0000 UTC x" -> Iso 2026-11-22T10:00:00.100Z rest " x"
            "2026-11-22 10:00:00 CET x" -> Iso 2026-11-22T09:00:00Z rest " x"
            "2026/11/22 10:00:00 x" -> Iso 2026-11-22T10:00:00Z rest " x"
            "2026-11-22-10.00.00.654321 x" -> Iso 2026-11-22T10:00:00.654321Z rest " x"
            "2026-11-22, 10:00:00 x" -> Iso 2026-11-22T10:00:00Z rest " x"
            "2026-11-22 9:05:07 x" -> Iso 2026-11-22T09:05:07Z rest " x"
            "2026-11-22T23:59:60Z" -> Iso 2026-11-22T23:59:59Z rest ""
            "2026-11-22 10:00:00.1234567891234 x" -> Iso 2026-11-22T10:00:00.123456789Z rest " x"
            "20261122T100000Z x" -> Basic 2026-11-22T10:00:00Z rest " x"
            "20261122-10:00:00:607|x" -> Basic 2026-11-22T10:00:00.607Z rest "|x"
            "20261122100000 x" -> Basic 2026-11-22T10:00:00Z rest " x"
            "261122 100000 14 INFO" -> Basic 2026-11-22T10:00:00Z rest " 14 INFO"
            "26/11/22 10:00:00 INFO" -> Slashed(Year) 2026-11-22T10:00:00Z rest " INFO"
            "11/22/2026 10:00:00 PM x" -> Slashed(Month) 2026-11-22T22:00:00Z rest " x"
            "22.11.2026 10:00:00 x" -> Slashed(Day) 2026-11-22T10:00:00Z rest " x"
            "22/Nov/2026:10:00:00 +0100] x" -> DayMonthYear 2026-11-22T09:00:00Z rest "] x"
            "22 Nov 2026 10:00:00.123 * x" -> DayMonthYear 2026-11-22T10:00:00.123Z rest " * x"
            "Nov  2 10:00:00 web x" -> MonthName 2026-11-02T10:00:00Z rest " web x"
            "Nov 22, 2026 10:00:00 PM x" -> MonthName 2026-11-22T22:00:00Z rest " x"
            "Sun Nov 22 10:00:00.123456 2026] x" -> WeekdayName 2026-11-22T10:00:00.123456Z rest "] x"
            "Sun Nov 22 10:00:00 UTC 2026" -> WeekdayName 2026-11-22T10:00:00Z rest ""
            "Sun, 22 Nov 2026 10:00:00 +0000" -> WeekdayName 2026-11-22T10:00:00Z rest ""
            "11-22 10:00:00.811  1200" -> MonthDay 2026-11-22T10:00:00.811Z rest "  1200"
            "I1122 10:00:00.000123  1 a.go:1] x" -> Klog 2026-11-22T10:00:00.000123Z rest "  1 a.go:1] x"
            "1795341600 x" -> Epoch 2026-11-22T10:00:00Z rest " x"
            "1795341600.25 x" -> Epoch 2026-11-22T10:00:00.250Z rest " x"
            "1795341600123 x" -> Epoch 2026-11-22T10:00:00.123Z rest " x"
            "1795341600123456789 x" -> Epoch 2026-11-22T10:00:00.123456789Z rest " x"
            "10:00:00.123 INFO" -> Clock no moment rest " INFO"
        "#]]
        .assert_eq(&told);
    }

    #[test]
    fn what_only_looks_like_a_stamp_is_none() {
        for text in
            ["", "x", "2026-13-01 10:00:00", "2026-11-22", "12345678901 x", "10:00 x", "123456 x", "May be", "1.2.3.4"]
        {
            assert_eq!(found(text), "none", "{text}");
        }
        assert!(found("2026-02-30 10:00:00 x").contains("no moment"), "the 30th of February is a stamp, and no time");
    }

    #[test]
    fn the_quick_way_and_the_long_way_agree() {
        let tails = [
            "01",
            "59.5",
            "00,123",
            "60",
            "07Z",
            "07.123456+02:00",
            "07 UTC",
            "07-0330",
            "07 +0100 x",
            "07x",
            "07 PM",
            "7",
        ];
        let mut stamps = Stamps::new(&Zone::of("Europe/Berlin").unwrap(), None);
        for tail in tails {
            let text = format!("2026-11-22 10:04:{tail}");
            let mut fresh = Stamps::new(&Zone::of("Europe/Berlin").unwrap(), None);
            stamps.read(Shape::Iso, b"2026-11-22 10:04:30");
            assert_eq!(stamps.read(Shape::Iso, text.as_bytes()), fresh.read(Shape::Iso, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_value_is_a_stamp_a_date_or_a_number() {
        let read = |text: &str| time_of(text, &Settings::default()).map_or_else(|e| e.to_string(), |t| t.to_string());
        assert_eq!(read("2026-11-22"), "2026-11-22T00:00:00Z");
        assert_eq!(read(" 2026-11-22T10:00Z "), "2026-11-22T10:00:00Z");
        assert_eq!(read("1795341600.5"), "2026-11-22T10:00:00.500Z");
        assert_eq!(read("1.7953416005e9"), "2026-11-22T10:00:00.500Z");
        assert_eq!(read("1795341600123.25"), "2026-11-22T10:00:00.123250Z");
        assert!(read("12").contains("is no time"));
        assert!(read("tomorrow").contains("is no time"));
        let digits = "9".repeat(400);
        assert!(read(&digits).contains("is no time"));
        let settings = Settings { timezone: Zone::of("+05:30").unwrap(), ..Settings::default() };
        assert_eq!(time_of("2026-11-22 10:00", &settings).unwrap().to_string(), "2026-11-22T04:30:00Z");
    }

    proptest::proptest! {
        #[test]
        fn fuzz_no_bytes_make_a_stamp_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            let _ = Shape::find(&bytes);
            let _ = Stamps::new(&Zone::utc(), None).value(&bytes);
        }

        #[test]
        fn fuzz_what_jiff_reads_is_read_the_same(seconds in 0_i64..9_000_000_000, nanos in 0_i32..1_000_000_000) {
            let text = jiff::Timestamp::new(seconds, nanos).unwrap().to_string();
            let ours = time_of(&text, &Settings::default()).unwrap();
            proptest::prop_assert_eq!(ours.0, seconds * SECOND + i64::from(nanos));
        }
    }
}
