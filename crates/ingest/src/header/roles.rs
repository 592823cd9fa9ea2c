//! What the columns of a header name: a service, an instance, a thread, a class, a trace.
//!
//! A column names what most of its values look like; where nobody can say, it names nothing. Refuses to look at a
//! message.

use super::pieces::Piece;
use super::{Cut, Range};
use crate::level;
use crate::places;
use crate::stamp::Shape;

/// What the value of a column names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Nothing,
    Service,
    Instance,
    Thread,
    Class,
    /// The id of a trace or request, perhaps with a span's behind it.
    Trace,
    /// `[instance,thread]`
    InstanceFirst,
    /// `[service,trace,span]`
    ServiceFirst,
    /// `[thread:Class@12]`, log4j's `%t:%C@%L`.
    ThreadFirst,
    /// `[trace_id=… span_id=… service=…]`, `[pid 7:tid 9]`.
    Pairs,
    /// `service-1` before a bar, as Docker Compose writes it.
    Composed,
    /// `[pod/NAME/CONTAINER]`, as `kubectl logs --prefix` writes it.
    Prefixed,
}

impl Role {
    /// What the column names, in words; `None` where nobody can say.
    pub(super) fn words(self) -> Option<&'static str> {
        Some(match self {
            Role::Nothing => return None,
            Role::Service => "service",
            Role::Instance => "instance",
            Role::Thread => "thread",
            Role::Class => "class",
            Role::Trace => "trace id",
            Role::ThreadFirst => "thread with class",
            Role::Pairs => "names and values",
            Role::InstanceFirst => "instance with thread",
            Role::ServiceFirst => "service with trace and span",
            Role::Composed => "service and instance (Docker Compose)",
            Role::Prefixed => "pod (kubectl --prefix)",
        })
    }
}

impl Cut {
    #[inline]
    pub(super) fn name(&mut self, role: Role, value: Range, line: &[u8]) {
        let text = &line[value.0..value.1];
        let within = |part: &[u8]| {
            // Nothing has no place: it may point anywhere.
            let from = value.0 + (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            if part.is_empty() { (0, 0) } else { named((from, from + part.len()), part) }
        };
        match role {
            Role::Nothing => {}
            Role::Service => self.service = named(value, text),
            Role::Instance => self.instance = named(value, text),
            Role::Thread => self.thread = within(text.trim_ascii()),
            Role::Class => self.class = within(without_level(text.trim_ascii())),
            Role::Trace => self.trace = within(trace_in(text)),
            Role::InstanceFirst => {
                self.instance = within(part(text, 0).unwrap_or_default());
                self.thread = within(part(text, 1).unwrap_or_default());
            }
            Role::ServiceFirst => {
                self.service = within(part(text, 0).unwrap_or_default());
                self.trace = within(part(text, 1).unwrap_or_default());
            }
            Role::ThreadFirst => {
                let Some((thread, class)) = thread_and_class(text) else { return };
                (self.thread, self.class) = (within(thread), within(class));
            }
            Role::Pairs => pairs(text).for_each(|(key, value)| match role_of_key(key) {
                Some(Role::Trace) if value.iter().any(|b| *b != b'0') => self.trace = within(value),
                Some(Role::Thread) => self.thread = within(value),
                Some(Role::Service) => self.service = within(value),
                _ => {}
            }),
            Role::Prefixed => {
                let from = text.iter().position(|b| *b == b'/').map_or(text.len(), |at| at + 1);
                let length = text[from..].iter().position(|b| *b == b'/').unwrap_or(text.len() - from);
                self.instance = (value.0 + from, value.0 + from + length);
            }
            Role::Composed => {
                self.instance = value;
                let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
                let dash = digits > 0 && text.get(text.len() - digits - 1) == Some(&b'-');
                self.service = if dash { (value.0, value.1 - digits - 1) } else { value };
            }
        }
    }
}

/// A value that is a dash stands for none (RFC 5424 section 6).
fn named(value: Range, text: &[u8]) -> Range {
    if text == b"-" { (0, 0) } else { value }
}

/// What a column names: what most of its values look like. `after`: the piece before it.
pub(super) fn role_of(piece: Piece, values: &[&[u8]], after: Option<Piece>, barred: bool) -> Role {
    let said: Vec<&[u8]> = values.iter().map(|v| v.trim_ascii()).filter(|v| !v.is_empty() && *v != b"-").collect();
    let share = |of: &[&[u8]], is: &dyn Fn(&[u8]) -> bool| {
        !of.is_empty() && of.iter().filter(|v| is(v)).count() * 10 >= of.len() * 6
    };
    let most = |is: &dyn Fn(&[u8]) -> bool| share(values, is);
    let most_said = |is: &dyn Fn(&[u8]) -> bool| share(&said, is);
    let is_pod = |v: &[u8]| std::str::from_utf8(v).is_ok_and(|v| places::service_of_pod(v).is_some());
    let is_name = matches!(piece, Piece::Group | Piece::Word | Piece::Dotted | Piece::Tag | Piece::Glued);
    match piece {
        Piece::Program => Role::Service,
        Piece::Any if barred => Role::Composed,
        // Behind a level stands a thread, before it a host: both may be called `worker-1`.
        Piece::Word if after == Some(Piece::Level) && most_said(&is_thread) => Role::Thread,
        Piece::Any if most(&|v| v.starts_with(b"[pod/")) => Role::Prefixed,
        Piece::Any if most(&is_pod) => Role::Instance,
        Piece::Word if most(&|v| places::is_host(v) && !v.contains(&b':') && !is_class(v)) => Role::Instance,
        Piece::Group if most(&|v| part(v, 0).is_some_and(is_service) && part(v, 1).is_some_and(is_trace)) => {
            Role::ServiceFirst
        }
        Piece::Group if most(&|v| v.contains(&b',') && part(v, 0).is_some_and(places::is_host)) => Role::InstanceFirst,
        Piece::Group | Piece::Dotted if most(&is_pod) => Role::Instance,
        Piece::Group if most_said(&|v| thread_and_class(v).is_some()) => Role::ThreadFirst,
        Piece::Group if most_said(&|v| pairs(v).any(|(key, _)| role_of_key(key).is_some())) => Role::Pairs,
        Piece::Group | Piece::Word if most_said(&|v| is_id(trace_in(v))) => Role::Trace,
        Piece::Group | Piece::Word | Piece::Tag if most_said(&is_thread) => Role::Thread,
        // `pid tid`, as logcat writes them; klog has the thread alone.
        Piece::Number if matches!(after, Some(Piece::Number | Piece::Stamp(Shape::Klog))) => Role::Thread,
        _ if is_name && most_said(&is_logger) => Role::Class,
        Piece::Glued => Role::Class,
        _ => Role::Nothing,
    }
}

/// Whether a name is a class's and no host's: `c.a.s.ShopApplication`.
pub(super) fn is_class(name: &[u8]) -> bool {
    let last = name.rsplit(|b| *b == b'.').next().and_then(|last| last.first());
    name.contains(&b'.') && last.is_some_and(u8::is_ascii_uppercase)
}

/// One of the parts between commas.
fn part(value: &[u8], index: usize) -> Option<&[u8]> {
    value.split(|b| *b == b',').nth(index).map(<[u8]>::trim_ascii)
}

fn is_service(name: &[u8]) -> bool {
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// A trace's id in hexadecimal digits, or nothing where none was running.
fn is_trace(id: &[u8]) -> bool {
    id.is_empty() || (id.len() >= 16 && id.iter().all(u8::is_ascii_hexdigit))
}

/// The id at the head of a value, which may have a span's or a user's behind it.
fn trace_in(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    let first = &value[..value.iter().position(|b| matches!(b, b' ' | b',' | b';')).unwrap_or(value.len())];
    // W3C: 32 digits of the trace, 16 of the span.
    let joined = first.len() == 49 && first[32] == b'-';
    if joined { &first[..32] } else { first }
}

/// Whether this is an id that no two requests share: at least 16 hexadecimal digits, or a UUID, perhaps behind `req-`.
fn is_id(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"req-").unwrap_or(value);
    let digits = value.iter().filter(|b| b.is_ascii_hexdigit()).count();
    let uuid = value.len() == 36 && digits == 32 && value.iter().filter(|b| **b == b'-').count() == 4;
    uuid || digits == value.len() && (16..=64).contains(&digits)
}

/// Words that thread pools of the usual runtimes have in the names of their threads.
const THREADS: [&[u8]; 11] = [
    b"thread",
    b"exec",
    b"pool",
    b"worker",
    b"nio",
    b"schedul",
    b"dispatcher",
    b"eventloop",
    b"forkjoin",
    b"timer",
    b"reactor",
];

fn is_thread(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    let chars = name.iter().all(|b| b.is_ascii_graphic() || *b == b' ') && name.len() <= 96;
    let worded = || THREADS.iter().any(|word| memchr::memmem::find(&lower, word).is_some());
    matches!(&lower[..], b"main" | b"mainprocess") || chars && !is_class(name) && worded()
}

/// `QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:FastLeaderElection@774`: the thread, and the class with its line.
fn thread_and_class(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = value.iter().rposition(|b| *b == b':')?;
    let (thread, class) = (&value[..colon], &value[colon + 1..]);
    let at = class.iter().position(|b| *b == b'@')?;
    let line = &class[at + 1..];
    let named = class.first()?.is_ascii_uppercase() && class[..at].iter().all(u8::is_ascii_alphanumeric);
    (named && !line.is_empty() && line.iter().all(u8::is_ascii_digit)).then_some((thread, &class[..at]))
}

/// How files of code end.
const CODE: [&[u8]; 22] = [
    b"go", b"rs", b"py", b"js", b"ts", b"mjs", b"java", b"kt", b"c", b"h", b"cc", b"cpp", b"hpp", b"cs", b"rb", b"php",
    b"ex", b"erl", b"scala", b"swift", b"lua", b"vue",
];

/// Whether a name is a logger's: names joined by dots, `::` or `$`, perhaps with a line; or one of several words in
/// CamelCase. A file of code is none.
fn is_logger(name: &[u8]) -> bool {
    let plain = name.strip_suffix(b"]").and_then(|n| n.rsplit(|b| *b == b'[').nth(1)).unwrap_or(name);
    let digits = plain.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let plain = plain[..plain.len() - digits].strip_suffix(b":").unwrap_or(plain);
    let parts = || plain.split(|b| matches!(b, b'.' | b':' | b'$')).filter(|p| !p.is_empty());
    let identifier = |p: &[u8]| p.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let lettered = parts().filter(|p| p[0].is_ascii_alphabetic() || p[0] == b'_').count();
    let joined = lettered >= 2 && parts().all(identifier);
    let humps = plain.windows(2).filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase()).count();
    let in_code = parts().next_back().is_some_and(|last| CODE.contains(&last));
    !in_code && (joined || humps > 0 && identifier(plain) && plain[0].is_ascii_uppercase())
}

/// The channel in `production.ERROR`.
fn without_level(name: &[u8]) -> &[u8] {
    let dot = name.iter().rposition(|b| *b == b'.').filter(|dot| level::of_word(&name[dot + 1..]).is_some());
    let shouted = |dot: &usize| name[dot + 1..].iter().all(u8::is_ascii_uppercase);
    dot.filter(shouted).map_or(name, |dot| &name[..dot])
}

/// Pairs of a name and a value within brackets: `a=b c=d`, `a=b,c=d`, `pid 7:tid 9`.
fn pairs(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let equals = memchr::memchr(b'=', text).is_some();
    let (ends, joins): (fn(&u8) -> bool, u8) =
        if equals { (|b| matches!(b, b' ' | b',' | b';'), b'=') } else { (|b| matches!(b, b':' | b','), b' ') };
    text.split(ends).filter_map(move |pair| {
        let pair = pair.trim_ascii();
        let at = memchr::memchr(joins, pair)?;
        Some((&pair[..at], pair[at + 1..].trim_ascii())).filter(|(key, value)| !key.is_empty() && !value.is_empty())
    })
}

/// What the usual names of pairs mean.
fn role_of_key(key: &[u8]) -> Option<Role> {
    match crate::roles::role_of(key) {
        crate::roles::Role::Trace(_) => Some(Role::Trace),
        crate::roles::Role::Thread(_) => Some(Role::Thread),
        crate::roles::Role::Service(_) => Some(Role::Service),
        _ => None,
    }
}
