//! # Journal export
//!
//! What `journalctl -o export` writes: a block of `FIELD=value` lines for each entry, a blank line between them, and
//! fields of any bytes as their name, their length in eight bytes and their bytes (systemd, "Journal Export Formats").
//! `__REALTIME_TIMESTAMP` (microseconds since 1970) is the time, `PRIORITY` the severity, `SYSLOG_IDENTIFIER` the
//! service, `_HOSTNAME` the instance, `MESSAGE` the message. Fields whose names begin with an underscore are what the
//! journal knows of the process: beside the message, not in it. `journalctl -o json` is JSON lines with the same names.

use std::sync::Arc;

use evidence::ComplaintKind;
use memchr::memchr;

use crate::fields::Value;
use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::header::{Cut, Header};
use crate::lines::{Dialect, Layout, LogLines, Work};
use crate::settings::Settings;
use crate::text;

/// The journal's export.
pub(crate) const FORMAT: Format = Format {
    name: "journal",
    kind: "logs (journal export)",
    family: Family::Logs,
    source: manual!("journal.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

/// Within so many lines an entry says when it was written.
const HEAD_LINES: usize = 40;

fn detect(head: &Head<'_>) -> u32 {
    let lines = head.lines(HEAD_LINES);
    let first = lines.first().is_some_and(|line| field_name(line).is_some());
    if first && lines.iter().any(|line| line.starts_with(b"__REALTIME_TIMESTAMP=")) { 90 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let mut lines = LogLines::new(Header::default(), Dialect::Plain, head, settings);
    lines.layout = Layout::Journal;
    Arc::new(lines)
}

/// Whether a line surely begins an entry: its cursor comes first.
pub(crate) fn begins_block(line: &[u8]) -> bool {
    line.starts_with(b"__CURSOR=")
}

/// The name of the field on a line, `FIELD=value`.
fn field_name(line: &[u8]) -> Option<&[u8]> {
    let name = &line[..memchr(b'=', line)?];
    is_name(name).then_some(name)
}

/// Names have capitals, digits and underscores, at most 64 (`journal_field_valid` in systemd).
fn is_name(name: &[u8]) -> bool {
    let chars = name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    chars && (1..=64).contains(&name.len()) && !name[0].is_ascii_digit()
}

/// A field of any bytes, whose name's line ends at `end`: where its bytes stand.
fn bytes_of(text: &[u8], end: usize) -> Option<(usize, usize)> {
    let length = text.get(end + 1..end + 9)?;
    let length = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
    let to = (end + 9).checked_add(length)?;
    (text.get(to) == Some(&b'\n')).then_some((end + 9, to))
}

impl Work<'_> {
    /// A stretch of entries.
    pub fn journal(&mut self) {
        let text = self.bytes;
        let first = self.number;
        let (mut at, mut line, mut block) = (0, first, None);
        while at < text.len() {
            let end = memchr(b'\n', &text[at..]).map_or(text.len(), |n| at + n);
            let content = text::without_end(&text[at..end]);
            if text::is_blank(content) {
                self.part.coverage.blank += 1;
                self.end_block(block.take(), at);
                (at, line) = (end + 1, line + 1);
                continue;
            }
            if block.is_none() {
                block = Some((at, line));
                self.fields.clear();
            }
            let next = self.field(content, end, line);
            line += text::newlines(&text[at..next.min(text.len())]);
            at = next;
        }
        if block.is_some() && !text.ends_with(b"\n") {
            self.number = line.saturating_sub(1).max(first);
            self.complain(ComplaintKind::Malformed, "the last entry is cut");
        }
        self.end_block(block, text.len());
        self.part.coverage.lines = text::line_count(text);
        let own = self.part.starts + self.part.coverage.blank;
        self.part.coverage.folded = self.part.coverage.lines - own;
    }

    /// Takes the field on a line; gives where the next line begins.
    fn field(&mut self, content: &[u8], end: usize, line: u64) -> usize {
        let text = self.bytes;
        let from = end - content.len() - usize::from(text[..end].ends_with(b"\r"));
        if let Some(name) = field_name(content) {
            self.fields.feed(name, Value::Bare(&text[from + name.len() + 1..from + content.len()]));
            return end + 1;
        }
        if let Some((from, to)) = bytes_of(text, end).filter(|_| is_name(content)) {
            self.fields.feed(content, Value::Bare(&text[from..to]));
            return to + 1;
        }
        self.number = line;
        self.complain(ComplaintKind::Malformed, "a line that is no field of the journal's export");
        end + 1
    }

    fn end_block(&mut self, block: Option<(usize, u64)>, end: usize) {
        let Some((from, line)) = block else { return };
        self.number = line;
        let to = from + text::without_end(&self.bytes[from..end]).len();
        self.check(&self.bytes[from..to]);
        let (time, found) = self.structured(from, to, &Cut::default(), false);
        self.keep(from, to, time, found);
    }
}

const SAMPLES: &[Sample] = &[Sample {
    text: "__CURSOR=s=0639;i=1
__REALTIME_TIMESTAMP=1795341600123456
__MONOTONIC_TIMESTAMP=2020240
_BOOT_ID=4091b7
_HOSTNAME=web-1
PRIORITY=6
SYSLOG_IDENTIFIER=cart
_PID=12
MESSAGE=cart 12 opened

__CURSOR=s=0639;i=2
__REALTIME_TIMESTAMP=1795341601123456
_HOSTNAME=web-1
PRIORITY=3
SYSLOG_IDENTIFIER=cart
MESSAGE
\x14\0\0\0\0\0\0\0cart 12 lost\nin hall
CODE_LINE=12
odd

",
    records: "1 2026-11-22T10:00:00.123456Z 9 cart web-1 | cart 12 opened
11 2026-11-22T10:00:01.123456Z 17 cart web-1 | cart 12 lost
folded 17, blank 2
NulByte 1 at 11
Malformed 1 at 20: a line that is no field of the journal's export
",
}];
