//! Frames: what a container's runtime puts around each line that a program wrote.
//!
//! A frame is taken off before anything else is learnt or read, so that what is inside is read as if it stood alone:
//! its header, its JSON, its stack traces. Lines that a runtime cut into parts are joined again. Refuses to know what
//! stands inside. Read [`Frame`] first, then [`unwrap`].

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::json::{self, Kind};
use crate::lines::is_object;
use crate::stamp::Shape;
use crate::text::{self, Lines};

/// A runtime's way to keep lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// `2026-11-22T10:00:00.123456789Z stdout F text`: the container runtime interface of Kubernetes.
    Cri,
    /// `{"log":"text\n","stream":"stdout","time":"…"}`: Docker's `json-file`.
    Docker,
    /// The colours of a terminal (ECMA-48 control sequences) within the lines, and no stamp.
    Colour,
}

/// One framed line.
struct Framed<'a> {
    stamp: Cow<'a, [u8]>,
    /// Standard error is 1, anything else 0: parts are joined within one stream.
    stream: usize,
    text: Cow<'a, [u8]>,
    /// Whether the program's line ends here.
    ends: bool,
    /// Whether a key of the frame stands twice.
    twice: bool,
}

impl Frame {
    /// How a form with this frame is told.
    pub fn word(self) -> &'static str {
        match self {
            Frame::Cri => "CRI",
            Frame::Docker => "Docker",
            Frame::Colour => "colours",
        }
    }

    /// Whether most lines have this frame.
    pub fn is_around(self, lines: &[&[u8]]) -> bool {
        let framed = lines.iter().filter(|line| self.take(line).is_some()).count();
        framed > 0 && framed * 10 >= lines.len() * 6
    }

    fn take(self, line: &[u8]) -> Option<Framed<'_>> {
        let mut framed = match self {
            Frame::Cri => cri(line),
            Frame::Docker => docker(line),
            Frame::Colour => Some(Framed {
                stamp: Cow::Borrowed(&[]),
                stream: 0,
                text: Cow::Borrowed(line),
                ends: true,
                twice: false,
            }),
        }?;
        if let Some(plain) = without_colours(&framed.text) {
            framed.text = Cow::Owned(plain);
        }
        Some(framed)
    }

    /// Whether a line is a part of one that goes on.
    pub fn is_part(self, line: &[u8]) -> bool {
        self.take(line).is_some_and(|framed| !framed.ends)
    }

    /// What stands in a line's frame, without its stamp; the line itself where it has none.
    pub fn inside(self, line: &[u8]) -> Cow<'_, [u8]> {
        self.take(line).map_or(Cow::Borrowed(line), |framed| framed.text)
    }
}

/// A text without its control sequences: ESC, `[`, parameters, and the letter that ends them (ECMA-48 section 5.4);
/// `None` where there are none.
fn without_colours(text: &[u8]) -> Option<Vec<u8>> {
    let mut at = memmem::find(text, ESCAPE)?;
    let mut out = text[..at].to_vec();
    loop {
        let rest = &text[at + ESCAPE.len()..];
        let parameters = rest.iter().take_while(|b| matches!(b, 0x20..=0x3f)).count();
        let rest = rest.get(parameters + 1..).unwrap_or_default();
        let next = memmem::find(rest, ESCAPE);
        out.extend_from_slice(&rest[..next.unwrap_or(rest.len())]);
        match next {
            Some(next) => at = text.len() - rest.len() + next,
            None => return Some(out),
        }
    }
}

/// Whether so many lines have colours that they hide what stands in them.
pub(crate) fn is_coloured(lines: &[&[u8]]) -> bool {
    let coloured = lines.iter().filter(|line| memmem::find(line, ESCAPE).is_some()).count();
    coloured > 0 && coloured * 10 >= lines.len()
}

/// What begins a control sequence.
const ESCAPE: &[u8] = b"\x1b[";

/// `<stamp> <stream> <tags> <text>`; of the tags, which colons part, the first is F (full) or P (partial).
fn cri(line: &[u8]) -> Option<Framed<'_>> {
    let stamp = &line[..memchr(b' ', line)?];
    let rest = &line[stamp.len() + 1..];
    let (stream, rest) = match rest {
        [b's', b't', b'd', b'o', b'u', b't', b' ', rest @ ..] => (0, rest),
        [b's', b't', b'd', b'e', b'r', b'r', b' ', rest @ ..] => (1, rest),
        _ => return None,
    };
    let tags = &rest[..memchr(b' ', rest).unwrap_or(rest.len())];
    let ends = match tags {
        [b'F'] | [b'F', b':', ..] => true,
        [b'P'] | [b'P', b':', ..] => false,
        _ => return None,
    };
    let text = rest.get(tags.len() + 1..).unwrap_or_default();
    Shape::Iso.read(stamp).filter(|read| read.length == stamp.len())?;
    Some(Framed { stamp: Cow::Borrowed(stamp), stream, text: Cow::Borrowed(text), ends, twice: false })
}

/// An object with a log, a time, and little else: with more it is a record of somebody's own.
fn docker(line: &[u8]) -> Option<Framed<'_>> {
    let (mut log, mut time, mut stream, mut foreign, mut twice) = (None, None, 0, false, false);
    let mut first = |found: &mut Option<_>, raw| {
        twice |= found.is_some();
        *found = found.or(Some(raw));
    };
    let end = json::members(line, 8, |key, raw| match key {
        b"log" if Kind::of(raw) == Kind::String => first(&mut log, raw),
        b"time" if Kind::of(raw) == Kind::String => first(&mut time, raw),
        b"stream" => stream = usize::from(raw == b"\"stderr\""),
        b"attrs" | b"tag" => {}
        _ => foreign = true,
    });
    let (Ok(end) | Err(json::Broken::Deep(end))) = end else { return None };
    if foreign || !text::is_blank(&line[end..]) {
        return None;
    }
    let mut text = json::scalar(log?);
    let ends = text.ends_with(b"\n");
    let length = text::without_end(&text).len();
    match &mut text {
        Cow::Borrowed(slice) => *slice = &slice[..length],
        Cow::Owned(bytes) => bytes.truncate(length),
    }
    Some(Framed { stamp: json::scalar(time?), stream, text, ends, twice })
}

/// The lines of a stretch of a source without their frames.
#[derive(Debug, Default)]
pub(crate) struct Unwrapped {
    /// The lines' texts; not all of these bytes need belong to a line.
    pub bytes: Vec<u8>,
    pub lines: Vec<Outer>,
    /// The first physical line, from 0, whose joined text was longer than may be, and how many there were.
    pub too_long: Option<(u64, u64)>,
}

/// One line that a program wrote, and what its runtime made of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outer {
    /// Where its text stands in [`Unwrapped::bytes`].
    pub text: (usize, usize),
    /// Where its first physical line stands in the source's bytes.
    pub raw: (usize, usize),
    /// Which physical line that is, from 0.
    pub at: u64,
    /// Over how many physical lines it goes.
    pub physical: u64,
    /// Where its stamp stands in [`Unwrapped::bytes`]; empty where it has no frame.
    pub stamp: (usize, usize),
    /// Whether its frame is broken, or its last part is not there.
    pub is_broken: bool,
    /// Whether a key of its frame stands twice: the first is taken.
    pub is_twice: bool,
}

/// Takes the frames off and joins what was cut; a joined line has at most so many bytes.
pub(crate) fn unwrap(frame: Frame, bytes: &[u8], most: usize) -> Unwrapped {
    let mut out = Unwrapped { bytes: Vec::with_capacity(bytes.len()), ..Unwrapped::default() };
    let mut open: [Option<Parts>; 2] = [None, None];
    for (at, (from, to)) in Lines::new(bytes).enumerate() {
        let line = &bytes[from..to];
        let Some(framed) = frame.take(line) else {
            let text = out.keep(line);
            let is_broken = frame == Frame::Docker && line.starts_with(b"{") && !is_object(line);
            out.lines.push(Outer { text, raw: (from, to), at: at as u64, physical: 1, is_broken, ..Outer::default() });
            continue;
        };
        let (stream, ends) = (&mut open[framed.stream], framed.ends);
        match stream {
            Some(parts) => out.join(parts, &framed.text, most),
            None => {
                let (stamp, is_twice) = (out.keep(&framed.stamp), framed.twice);
                let text = if ends { out.keep(&framed.text) } else { (0, 0) };
                out.lines.push(Outer {
                    text,
                    raw: (from, to),
                    at: at as u64,
                    physical: 1,
                    stamp,
                    is_broken: false,
                    is_twice,
                });
                if !ends {
                    *stream = Some(Parts { index: out.lines.len() - 1, text: framed.text.into_owned() });
                }
            }
        }
        if ends && let Some(parts) = stream.take() {
            out.close(&parts);
        }
    }
    for parts in open.into_iter().flatten() {
        out.close(&parts);
        out.lines[parts.index].is_broken = true;
    }
    out
}

/// A line that came in parts, so far. Kept apart: parts of another stream may come between.
struct Parts {
    index: usize,
    text: Vec<u8>,
}

impl Unwrapped {
    fn keep(&mut self, text: &[u8]) -> (usize, usize) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(text);
        (from, self.bytes.len())
    }

    /// Adds a part to a line that is open.
    fn join(&mut self, parts: &mut Parts, part: &[u8], most: usize) {
        let room = most.saturating_sub(parts.text.len());
        parts.text.extend_from_slice(&part[..part.len().min(room)]);
        let line = &mut self.lines[parts.index];
        line.physical += 1;
        if part.len() > room {
            let (first, count) = self.too_long.unwrap_or((line.at, 0));
            self.too_long = Some((first, count + 1));
        }
    }

    fn close(&mut self, parts: &Parts) {
        self.lines[parts.index].text = self.keep(&parts.text);
    }

    /// The texts as a source of their own, one a line.
    pub fn as_source(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len() + self.lines.len());
        for line in &self.lines {
            out.extend_from_slice(&self.bytes[line.text.0..line.text.1]);
            out.push(b'\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(frame: Frame, text: &str) -> String {
        let out = unwrap(frame, text.as_bytes(), 12);
        let line = |l: &Outer| {
            let text = String::from_utf8_lossy(&out.bytes[l.text.0..l.text.1]).into_owned();
            let stamp = String::from_utf8_lossy(&out.bytes[l.stamp.0..l.stamp.1]).into_owned();
            format!("{}+{} {stamp:?} {text:?}\n", l.at, l.physical)
        };
        let lines: String = out.lines.iter().map(line).collect();
        format!("{lines}{:?}", out.too_long)
    }

    #[test]
    fn frames_come_off_and_parts_are_joined_within_their_stream() {
        let text = "2026-11-22T10:00:00Z stdout P ab
2026-11-22T10:00:01Z stderr F xy
2026-11-22T10:00:02Z stdout F cd
no frame
2026-11-22T10:00:03Z stdout F
2026-11-22T10:00:04Z stdout P 0123456789
2026-11-22T10:00:04Z stdout F 0123
";
        expect_test::expect![[r#"
            0+2 "2026-11-22T10:00:00Z" "abcd"
            1+1 "2026-11-22T10:00:01Z" "xy"
            3+1 "" "no frame"
            4+1 "2026-11-22T10:00:03Z" ""
            5+2 "2026-11-22T10:00:04Z" "012345678901"
            Some((5, 1))"#]]
        .assert_eq(&told(Frame::Cri, text));
        let text = r#"{"log":"a \"b","stream":"stdout","time":"2026-11-22T10:00:00Z"}
{"log":"c\n","stream":"stdout","time":"2026-11-22T10:00:01Z"}
{"log":"d\r\n","time":"2026-11-22T10:00:01Z","level":"info"}
"#;
        expect_test::expect![[r#"
            0+2 "2026-11-22T10:00:00Z" "a \"bc"
            2+1 "" "{\"log\":\"d\\r\\n\",\"time\":\"2026-11-22T10:00:01Z\",\"level\":\"info\"}"
            None"#]]
        .assert_eq(&told(Frame::Docker, text));
    }
}
