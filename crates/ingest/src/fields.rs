//! A structured log record on the way: its fields by role, and the text that is told of it.
//!
//! Fed by JSON and logfmt alike. The text for mining is the message, then what else the record says as ` key=value`,
//! sorted by key, so that a template sees names of fields and their rare values. Refuses to know how a record is
//! framed.

use std::borrow::Cow;
use std::collections::HashMap;

use evidence::SECOND;

use crate::json::{self, Broken, Kind};
use crate::level;
use crate::roles::{Role, role_of};
use crate::stamp::{Read, Stamps};

/// A field's value as it stands in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// A raw JSON value.
    Json(&'a [u8]),
    /// Text as it is.
    Bare(&'a [u8]),
    /// Text between quotes, with the escapes of JSON.
    Quoted(&'a [u8]),
    /// Text between quotes, in which a quote is doubled, as CSV has it.
    Doubled(&'a [u8]),
}

/// How deep objects are opened to look for fields; what lies deeper is told as raw JSON.
const OPENED: usize = 4;
/// So many keys' roles are remembered.
const ROLES: usize = 4_096;
/// How many bytes of one field are told.
const FIELD_BYTES: usize = 256;

/// The fields of one record; made once for a chunk and cleared between records.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    time: Option<(u8, Value<'a>)>,
    /// Another field that may be the time, where the first one is none after all.
    other_time: Option<Value<'a>>,
    severity: Option<(u8, Value<'a>)>,
    severity_number: Option<Value<'a>>,
    message: Option<(u8, (u32, u32), Value<'a>)>,
    service: Option<(u8, Value<'a>)>,
    instance: Option<(u8, Value<'a>)>,
    trace: Option<(u8, Value<'a>)>,
    thread: Option<(u8, Value<'a>)>,
    class: Option<(u8, Value<'a>)>,
    name: Option<Value<'a>>,
    has_pid: bool,
    /// What the seconds lack, where it is a member of its own (log4j2).
    nanos: Option<Value<'a>>,
    /// A member is named as in Serilog's compact format.
    is_compact: bool,
    /// (key in `keys`, value)
    said: Vec<((u32, u32), Value<'a>)>,
    keys: Vec<u8>,
    doubled: bool,
    unclosed: bool,
    /// The keys of the record before, by their place in it, and their roles: most records are alike.
    remembered: Vec<(Vec<u8>, Role)>,
    /// The roles of all keys that were met.
    roles: HashMap<Vec<u8>, Role>,
    fed: usize,
    scratch: Vec<u8>,
}

impl<'a> Fields<'a> {
    /// Forgets the record, not its layout.
    pub fn clear(&mut self) {
        (self.time, self.severity, self.severity_number, self.message) = (None, None, None, None);
        (self.service, self.instance, self.name, self.has_pid) = (None, None, None, false);
        (self.trace, self.thread, self.class) = (None, None, None);
        (self.is_compact, self.nanos) = (false, None);
        self.other_time = None;
        self.said.clear();
        self.keys.clear();
        (self.doubled, self.unclosed, self.fed) = (false, false, 0);
    }

    /// Takes the fields of a JSON object; gives where it ends. What came before a break was taken.
    pub fn feed_json(&mut self, object: &'a [u8], depth: usize) -> Result<usize, Broken> {
        self.feed_object(object, depth, 0, OPENED)
    }

    fn feed_object(&mut self, object: &'a [u8], depth: usize, prefix: usize, left: usize) -> Result<usize, Broken> {
        let base = self.keys.len() - prefix;
        let (mut broken, mut deep) = (false, false);
        let end = json::members(object, depth, |key, raw| {
            let start = self.keys.len();
            self.keys.extend_from_within(base..base + prefix);
            if memchr::memchr(b'\\', key).is_some() {
                json::unescape_into(key, &mut self.keys);
            } else {
                self.keys.extend_from_slice(key);
            }
            let range = (start as u32, self.keys.len() as u32);
            if Kind::of(raw) == Kind::Object && left > 0 && raw.len() > 2 {
                self.keys.push(b'.');
                let length = self.keys.len() - start;
                match self.feed_object(raw, depth, length, left - 1) {
                    Err(Broken::Deep(_)) => deep = true,
                    Err(Broken::Syntax) => broken = true,
                    Ok(_) => {}
                }
            } else {
                self.take(range, Value::Json(raw));
            }
        });
        match end {
            _ if broken => Err(Broken::Syntax),
            Ok(end) if deep => Err(Broken::Deep(end)),
            end => end,
        }
    }

    /// Takes one field whose name and value stand apart.
    pub fn feed(&mut self, key: &[u8], value: Value<'a>) {
        let start = self.keys.len() as u32;
        self.keys.extend_from_slice(key);
        self.take((start, self.keys.len() as u32), value);
    }

    fn take(&mut self, key: (u32, u32), value: Value<'a>) {
        let role = self.role(key);
        self.fed += 1;
        if value.is_nothing() && role != Role::Said {
            return;
        }
        if matches!(role, Role::Time(_)) && self.time.is_some() {
            self.other_time = self.other_time.or(Some(value));
        }
        self.is_compact |= matches!(&self.keys[key.0 as usize..key.1 as usize], b"@mt" | b"@m" | b"@i");
        let slot = match role {
            Role::Said => return self.said.push((key, value)),
            Role::MaybeSeverity if !is_level(&value) => return self.said.push((key, value)),
            Role::MaybeSeverity => (&mut self.severity, 2),
            Role::MaybeMessage if memchr::memchr(b' ', &value.text()).is_none() => return self.said.push((key, value)),
            Role::MaybeMessage => return self.take_message(key, 1, value),
            Role::Beside => {
                let name = &self.keys[key.0 as usize..key.1 as usize];
                self.has_pid |= name == b"pid";
                if name.ends_with(b"nanoOfSecond") {
                    self.nanos = Some(value);
                }
                return;
            }
            Role::SeverityNumber => return self.severity_number = self.severity_number.or(Some(value)),
            Role::Name => {
                self.name = self.name.or(Some(value));
                return self.said.push((key, value));
            }
            Role::Message(rank) => return self.take_message(key, rank, value),
            Role::Time(rank) => (&mut self.time, rank),
            Role::Severity(rank) => (&mut self.severity, rank),
            Role::Service(rank) => (&mut self.service, rank),
            Role::Instance(rank) => (&mut self.instance, rank),
            Role::Trace(rank) => (&mut self.trace, rank),
            Role::Thread(rank) => (&mut self.thread, rank),
            Role::Class(rank) => (&mut self.class, rank),
        };
        match slot {
            (Some((known, _)), rank) if *known == rank => self.doubled |= self.is_doubled(key),
            (Some((known, _)), rank) if *known < rank => {}
            (place, rank) => *place = Some((rank, value)),
        }
    }

    /// Two names may have one role (`host` and `node`): only the same name twice is a doubled key.
    fn is_doubled(&self, key: (u32, u32)) -> bool {
        let name = &self.keys[key.0 as usize..key.1 as usize];
        let before = self.remembered.get(..self.fed.saturating_sub(1)).unwrap_or_default();
        before.iter().any(|(known, _)| known == name)
    }

    /// Of several texts that may be the message the best stands, and the others are told as fields.
    fn take_message(&mut self, key: (u32, u32), rank: u8, value: Value<'a>) {
        match self.message {
            Some((known, ..)) if known == rank => self.doubled |= self.is_doubled(key),
            Some((known, ..)) if known < rank => self.said.push((key, value)),
            Some((_, other, said)) => {
                self.said.push((other, said));
                self.message = Some((rank, key, value));
            }
            None => self.message = Some((rank, key, value)),
        }
    }

    fn role(&mut self, key: (u32, u32)) -> Role {
        let name = &self.keys[key.0 as usize..key.1 as usize];
        if let Some((known, role)) = self.remembered.get(self.fed)
            && known == name
        {
            return *role;
        }
        let role = match self.roles.get(name) {
            Some(role) => *role,
            None => {
                let role = role_of(name);
                if self.roles.len() < ROLES {
                    self.roles.insert(name.to_vec(), role);
                }
                role
            }
        };
        match self.remembered.get_mut(self.fed) {
            Some((known, known_role)) => {
                known.clear();
                known.extend_from_slice(name);
                *known_role = role;
            }
            None if self.fed < 256 => self.remembered.push((name.to_vec(), role)),
            None => {}
        }
        role
    }

    /// Whether nothing was found that a log record has. A severity alone does not make one.
    pub fn is_no_record(&self) -> bool {
        self.time.is_none() && self.message.is_none()
    }

    /// Whether a field is the message.
    pub fn has_message(&self) -> bool {
        self.message.is_some()
    }

    /// The severity of a record whose fields name none: information where the compact format of Serilog leaves it out,
    /// else what the text begins with.
    pub fn default_severity(&self, text: &[u8]) -> u8 {
        if self.is_compact { 9 } else { crate::lines::guess_level(text) }
    }

    /// Whether a field names the service.
    pub fn names_service(&self) -> bool {
        self.service.is_some() || self.bunyan_name().is_some()
    }

    /// Whether a key came twice.
    pub fn is_any_doubled(&self) -> bool {
        self.doubled
    }

    /// Whether a value's quote is not closed.
    pub fn is_any_unclosed(&self) -> bool {
        self.unclosed
    }

    /// The record's time: `None` where no field says it, an inner `None` where one does and cannot be read.
    pub fn time(&self, stamps: &mut Stamps) -> Option<Option<Read>> {
        let Some((_, value)) = self.time else { return self.audited(stamps) };
        let read = stamps.value(&value.text());
        let mut read = read.or_else(|| stamps.value(&self.other_time?.text()));
        let nanos =
            || std::str::from_utf8(&self.nanos?.text()).ok()?.parse::<i64>().ok().filter(|n| (0..SECOND).contains(n));
        if let Some(Read { time: Some(time), .. }) = &mut read
            && time.0 % SECOND == 0
            && let Some(nanos) = nanos()
        {
            time.0 += nanos;
        }
        Some(read)
    }

    /// Linux' audit writes its time into the message: `msg=audit(1795341600.123:12):`.
    fn audited(&self, stamps: &mut Stamps) -> Option<Option<Read>> {
        let (.., message) = self.message?;
        let text = message.text();
        let inner = text.strip_prefix(b"audit(")?;
        stamps.value(&inner[..memchr::memchr(b':', inner)?]).map(Some)
    }

    /// The record's severity; 0 where no field says it.
    pub fn severity(&self) -> u8 {
        let number = |value: Value<'_>| std::str::from_utf8(&value.text()).ok()?.trim().parse::<u8>().ok();
        let worded = self.severity.and_then(|(rank, value)| match rank {
            0 => level::of_value(&value.text()),
            3 => of_azure(&value.text()),
            _ => python_or_syslog(&value.text()),
        });
        worded.or_else(|| self.severity_number.and_then(number).filter(|n| *n <= 24)).unwrap_or(0)
    }

    /// The service, decoded; empty where none is named.
    pub fn service(&self) -> Cow<'a, [u8]> {
        self.service.map(|(_, v)| v).or_else(|| self.bunyan_name()).map_or(Cow::Borrowed(&[]), Value::text)
    }

    /// The instance, decoded; empty where none is named.
    pub fn instance(&self) -> Cow<'a, [u8]> {
        self.instance.map_or(Cow::Borrowed(&[]), |(_, value)| value.text())
    }

    /// The trace's id, the thread and the class, decoded; empty where none is named.
    pub fn origin(&self) -> [Cow<'a, [u8]>; 3] {
        let text = |field: Option<(u8, Value<'a>)>| field.map_or(Cow::Borrowed(&[][..]), |(_, value)| value.text());
        [
            self.trace.map_or(Cow::Borrowed(&[][..]), |(_, value)| trace_id(value.text())),
            text(self.thread),
            text(self.class),
        ]
    }

    /// bunyan and pino write the service as `name`, beside a process's number, a host, and a level that is a number.
    fn bunyan_name(&self) -> Option<Value<'a>> {
        let numbered =
            self.severity.is_some_and(|(_, v)| matches!(v, Value::Json(raw) if Kind::of(raw) == Kind::Number));
        self.name.filter(|_| numbered && self.has_pid && self.instance.is_some())
    }

    /// Appends the text that is told of the record: its message's first line, and at most so many fields.
    pub fn write(&mut self, out: &mut Vec<u8>, most: usize) {
        let start = out.len();
        if let Some((.., value)) = self.message {
            value.write_first_line(out);
        }
        let bunyan = self.bunyan_name().is_some();
        let keys = &self.keys;
        let name = |key: (u32, u32)| &keys[key.0 as usize..key.1 as usize];
        self.said.sort_by(|a, b| name(a.0).cmp(name(b.0)));
        let mut told = 0;
        for (index, (key, value)) in self.said.iter().enumerate() {
            if index > 0 && name(self.said[index - 1].0) == name(*key) {
                self.doubled = true;
                continue;
            }
            if told == most || bunyan && name(*key) == b"name" {
                continue;
            }
            if out.len() > start {
                out.push(b' ');
            }
            out.extend_from_slice(name(*key));
            out.push(b'=');
            value.write_field(out, &mut self.scratch);
            told += 1;
        }
    }
}

/// The id within `projects/shop/traces/4bf9…` (Google Cloud) and `00-4bf9…-00f0…-01` (W3C Trace Context); nothing of a
/// text that is no id.
fn trace_id(value: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let cut = |text: &[u8]| -> (usize, usize) {
        let from = text.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        let id = &text[from..];
        match id {
            _ if id.iter().all(|b| *b == b'0') => (0, 0),
            _ if id.len() > 128 || id.iter().any(|b| !b.is_ascii_graphic()) => (0, 0),
            _ if id.len() == 55 && id[2] == b'-' && id[35] == b'-' => (from + 3, from + 35),
            _ => (from, text.len()),
        }
    };
    let (from, to) = cut(&value);
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(&text[from..to]),
        Cow::Owned(text) => Cow::Owned(text[from..to].to_vec()),
    }
}

/// The bytes that a list of numbers is: the journal's JSON writes texts so that are not valid UTF-8, or have colours.
fn bytes_of_numbers(raw: &[u8]) -> Option<Vec<u8>> {
    let inner = raw.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let number = |part: &[u8]| std::str::from_utf8(part.trim_ascii()).ok()?.parse::<u8>().ok();
    inner.split(|b| *b == b',').map(number).collect()
}

/// Whether a value is a level's word, or one of the letters that stand for one (MongoDB writes `D1` to `D5`).
fn is_level(value: &Value<'_>) -> bool {
    let text = value.text();
    let letter = matches!(&text[..], [b'D', b'1'..=b'5'] | [b'I' | b'W' | b'E' | b'F' | b'D']);
    letter || level::of_word(&text).is_some() && &text[..] != b"log"
}

/// Azure Monitor's `severityLevel`: 0 verbose to 4 critical.
fn of_azure(text: &[u8]) -> Option<u8> {
    match text {
        [digit @ b'0'..=b'4'] => Some([1, 9, 13, 17, 21][usize::from(digit - b'0')]),
        _ => level::of_word(text),
    }
}

/// Python's `levelno` (10 to 50) and syslog's and the journal's priority (0 to 7).
fn python_or_syslog(text: &[u8]) -> Option<u8> {
    let number: u32 = match std::str::from_utf8(text).ok()?.trim().parse() {
        Ok(number) => number,
        Err(_) => return level::of_value(text),
    };
    match number {
        0..=7 => Some(level::of_syslog(number)),
        10 => Some(5),
        20 => Some(9),
        30 => Some(13),
        40 => Some(17),
        50 => Some(21),
        // Logback's numbers are thousands.
        5_000 => Some(1),
        10_000 => Some(5),
        20_000 => Some(9),
        30_000 => Some(13),
        40_000 => Some(17),
        _ => None,
    }
}

impl<'a> Value<'a> {
    /// Whether it says nothing: empty, or null.
    fn is_nothing(&self) -> bool {
        match self {
            Value::Json(raw) => matches!(*raw, b"null" | b"\"\"" | b"{}" | b"[]"),
            Value::Bare(text) | Value::Quoted(text) | Value::Doubled(text) => text.is_empty(),
        }
    }

    /// Its text.
    pub fn text(self) -> Cow<'a, [u8]> {
        match self {
            Value::Json(raw) => json::scalar(raw),
            Value::Quoted(inner) => json::unescaped(inner),
            Value::Bare(text) => Cow::Borrowed(text),
            Value::Doubled(inner) => crate::cells::undoubled(inner),
        }
    }

    fn write_first_line(self, out: &mut Vec<u8>) {
        let inner = match self {
            Value::Json([b'"', inner @ .., b'"']) | Value::Quoted(inner) if memchr::memchr(b'\\', inner).is_none() => {
                inner
            }
            Value::Bare(text) => text,
            Value::Json(raw @ [b'[', ..]) => &bytes_of_numbers(raw).map_or_else(|| raw.into(), Cow::Owned),
            _ => &self.text(),
        };
        let inner = inner.trim_ascii();
        let end = inner.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(inner.len());
        out.extend_from_slice(inner[..end].trim_ascii_end());
    }

    /// Writes it as logfmt does: in quotes where it has a blank or a sign of its own.
    fn write_field(self, out: &mut Vec<u8>, scratch: &mut Vec<u8>) {
        // Most values are short and have nothing to escape or to cut.
        if let Value::Json([b'"', text @ .., b'"']) | Value::Quoted(text) | Value::Bare(text) = self
            && !text.is_empty()
            && text.len() <= FIELD_BYTES
            && text.iter().all(|b| *b > b' ' && !matches!(b, b'\\' | b'=' | b'"'))
        {
            return out.extend_from_slice(text);
        }
        scratch.clear();
        let quoted = match self {
            Value::Json([b'"', inner @ .., b'"']) | Value::Quoted(inner) => {
                json::unescape_into(inner, scratch);
                true
            }
            Value::Json(raw) => {
                // A list over several lines is told on one.
                for line in raw.split(|b| matches!(b, b'\n' | b'\r')) {
                    scratch.extend_from_slice(line.trim_ascii());
                }
                false
            }
            Value::Bare(text) => {
                scratch.extend_from_slice(text);
                false
            }
            Value::Doubled(inner) => {
                scratch.extend_from_slice(&crate::cells::undoubled(inner));
                true
            }
        };
        let line = scratch.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(scratch.len());
        let mut end = line.min(FIELD_BYTES);
        while end > 0 && end < scratch.len() && scratch[end] & 0xc0 == 0x80 {
            end -= 1;
        }
        let text = &scratch[..end];
        if quoted && (text.is_empty() || text.iter().any(|b| matches!(b, b' ' | b'\t' | b'=' | b'"'))) {
            out.push(b'"');
            out.extend_from_slice(text);
            out.push(b'"');
        } else {
            out.extend_from_slice(text);
        }
    }
}

/// Takes the fields of a logfmt line: `key=value`, `key="a value"`, and bare words, which are flags. Gives how many
/// pairs there were.
pub(crate) fn feed_logfmt<'a>(fields: &mut Fields<'a>, line: &'a [u8]) -> usize {
    let mut pairs = 0;
    let mut all = Pairs { line, at: 0, unclosed: false };
    for (key, value) in all.by_ref() {
        match value {
            Some(value) => {
                fields.feed(key, value);
                pairs += 1;
            }
            None => fields.feed(key, Value::Bare(b"true")),
        }
    }
    fields.unclosed = all.unclosed;
    pairs
}

/// The pairs of a logfmt line.
struct Pairs<'a> {
    line: &'a [u8],
    at: usize,
    /// Whether a quote was met that nothing closes.
    unclosed: bool,
}

fn is_key(byte: u8) -> bool {
    byte > b' ' && byte != b'=' && byte != b'"'
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], Option<Value<'a>>);

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.line;
        let gap = line.get(self.at..)?.iter().position(|b| is_key(*b))?;
        let from = self.at + gap;
        let end = from + line[from..].iter().position(|b| !is_key(*b)).unwrap_or(line.len() - from);
        let key = &line[from..end];
        self.at = end;
        if line.get(end) != Some(&b'=') {
            return Some((key, None));
        }
        let value = &line[end + 1..];
        if let Some(inner) = value.strip_prefix(b"\"") {
            if let Some(length) = quoted_length(inner) {
                self.at = end + 1 + length + 2;
                return Some((key, Some(Value::Quoted(&inner[..length]))));
            }
            self.unclosed = true;
        }
        let length = value.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(value.len());
        self.at = end + 1 + length;
        Some((key, Some(Value::Bare(&value[..length]))))
    }
}

/// How many bytes there are before the closing quote; `None` where there is none.
fn quoted_length(inner: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', inner.get(at..)?)?;
        if inner[found] == b'"' {
            return Some(found);
        }
        at = found + 2;
    }
}

/// Whether a line is logfmt by its head: a key, `=`, and a second pair behind it.
pub(crate) fn is_logfmt(line: &[u8]) -> bool {
    let key = |k: &[u8]| {
        let chars = k.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@' | b'/'));
        chars && k.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'@')) && k.len() <= 64
    };
    let mut pairs = Pairs { line, at: 0, unclosed: false };
    let good = |pair: Option<(&[u8], Option<Value<'_>>)>| pair.is_some_and(|(k, v)| key(k) && v.is_some());
    good(pairs.next()) && good(pairs.next())
}

/// Whether a line is logfmt to its end: no word before a colon stands between its pairs, as one does where a message
/// follows a few pairs (`pid=7 tid=3 INFO: start`).
pub(crate) fn is_logfmt_throughout(line: &[u8]) -> bool {
    is_logfmt(line)
        && !Pairs { line, at: 0, unclosed: false }.any(|(key, value)| value.is_none() && key.ends_with(b":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        let mut fields = Fields::default();
        let end = fields.feed_json(text.as_bytes(), 128);
        told(&mut fields, end.is_ok())
    }

    fn told(fields: &mut Fields<'_>, whole: bool) -> String {
        let mut out = Vec::new();
        fields.write(&mut out, 24);
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let (service, instance) = (text(&fields.service()), text(&fields.instance()));
        let doubled = if fields.is_any_doubled() { " doubled" } else { "" };
        let broken = if whole { "" } else { " broken" };
        format!("{} {service} {instance}|{}{doubled}{broken}", fields.severity(), text(&out))
    }

    #[test]
    fn the_text_is_the_message_and_what_else_it_says() {
        let text = r#"{"level":"warn","ts":1.7e9,"msg":"slow \"query\"","b":{"ms":12.5,"ok":false},"a":"x y","trace_id":"ab"}"#;
        assert_eq!(json(text), "13  |slow \"query\" a=\"x y\" b.ms=12.5 b.ok=false");
        assert_eq!(json(r#"{"message":"one\n  two","z":null,"y":[1,"2"]}"#), "0  |one y=[1,\"2\"] z=null");
        assert_eq!(
            json(r#"{"service":{"name":"cart"},"kubernetes":{"pod_name":"cart-1","labels":{"a":"b"}},"msg":"x"}"#),
            "0 cart cart-1|x"
        );
        assert_eq!(
            json(r#"{"name":"cart","hostname":"web-1","pid":12,"level":50,"msg":"x","v":0}"#),
            "17 cart web-1|x"
        );
        assert_eq!(json(r#"{"event":"stored","message":"done","event_id":7}"#), "0  |done event=stored event_id=7");
    }

    #[test]
    fn a_duration_that_is_called_time_is_no_time() {
        let mut fields = Fields::default();
        let text = br#"{"time":0.012,"msg":"x","timestamp":"2026-11-22T10:00:00Z"}"#;
        assert!(fields.feed_json(text, 128).is_ok());
        let time = fields.time(&mut Stamps::new(&crate::Zone::utc(), None)).flatten().and_then(|read| read.time);
        assert_eq!(time.map(|t| t.to_string()).as_deref(), Some("2026-11-22T10:00:00Z"));
    }

    #[test]
    fn of_a_doubled_key_the_first_stands() {
        assert_eq!(json(r#"{"msg":"first","msg":"second","a":1,"a":2}"#), "0  |first a=1 doubled");
        assert_eq!(json(r#"{"host":"a-1","node":"b-1","msg":"x"}"#), "0  a-1|x");
    }

    #[test]
    fn what_stands_before_a_break_is_told() {
        assert_eq!(json(r#"{"level":"error","msg":"cut off","rest":"of it"#), "17  |cut off broken");
    }

    #[test]
    fn logfmt_has_quotes_flags_and_bare_values() {
        let line = br#"level=info msg="got \"it\"" fast path=/a?b=c empty= tail="no end"#;
        let mut fields = Fields::default();
        assert_eq!(feed_logfmt(&mut fields, line), 5);
        assert_eq!(told(&mut fields, true), "9  |got \"it\" empty= end=true fast=true path=/a?b=c tail=\"no");
        assert!(is_logfmt(line) && !is_logfmt(b"a = b c=d") && !is_logfmt(b"one=1") && !is_logfmt(b"x"));
    }
}
