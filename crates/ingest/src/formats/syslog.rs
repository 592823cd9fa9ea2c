//! # syslog, the traditional layout (RFC 3164)
//!
//! `Nov 22 10:00:00 host app[pid]: message`, with or without `<PRI>` before it, and with the RFC 3339 stamp that
//! rsyslog and systemd write today. The program is the service, the host the instance. The severity is the priority's,
//! else what the message begins with (`warning: …`). Stamps have no year: it comes from the evidence around, never
//! from the clock.

use std::sync::Arc;

use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::formats::plain::with_header;
use crate::header::{self, Header, Piece, Role};
use crate::settings::Settings;
use crate::stamp::{Shape, Stamps};

/// Traditional syslog.
pub(crate) const FORMAT: Format = Format {
    name: "syslog",
    kind: "logs (syslog)",
    family: Family::Logs,
    source: manual!("syslog.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

/// The layouts, the usual one first.
const LAYOUTS: [(&[Piece], Shape); 5] = [
    (&[Piece::Stamp(Shape::MonthName), Piece::Word, Piece::Program], Shape::MonthName),
    (&[Piece::Priority, Piece::Stamp(Shape::MonthName), Piece::Word, Piece::Program], Shape::MonthName),
    (&[Piece::Priority, Piece::Stamp(Shape::Iso), Piece::Word, Piece::Program], Shape::Iso),
    (&[Piece::Stamp(Shape::Iso), Piece::Word, Piece::Program], Shape::Iso),
    (&[Piece::Stamp(Shape::Epoch), Piece::Word, Piece::Program], Shape::Epoch),
];

/// Whether a header ends with a process's number: `sshd[12]:`.
fn is_numbered(header: &[u8]) -> bool {
    let inner = header.trim_ascii_end().strip_suffix(b"]:").and_then(|h| h.rsplit(|b| *b == b'[').next());
    inner.is_some_and(|inner| !inner.is_empty() && inner.iter().all(u8::is_ascii_digit))
}

/// The layout that most lines have, and whether it is beyond doubt.
fn layout(lines: &[&[u8]]) -> Option<(&'static [Piece], u32)> {
    LAYOUTS.iter().find_map(|(pieces, shape)| {
        let header = Header::of(pieces);
        let mut stamps = Stamps::new(&crate::zone::Zone::utc(), None);
        let fits = lines.iter().filter(|line| header.cut(line, &mut stamps).fits);
        let (mut all, mut numbered, mut levels) = (0, 0, 0);
        for line in fits {
            let cut = header.cut(line, &mut Stamps::new(&crate::zone::Zone::utc(), None));
            all += 1;
            numbered += usize::from(is_numbered(&line[..cut.message]));
            levels += usize::from(crate::level::of_value(&line[cut.instance.0..cut.instance.1]).is_some());
        }
        let most = all * 2 >= lines.len() && all > 0 && levels * 5 < all;
        // With a modern stamp a host and a tag are common elsewhere too: processes' numbers tell.
        let sure = *shape == Shape::MonthName || pieces[0] == Piece::Priority || numbered * 2 >= all;
        (most && sure).then_some((*pieces, 60))
    })
}

fn detect(head: &Head<'_>) -> u32 {
    layout(&head.lines(200)).map_or(0, |(_, score)| score)
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let lines = head.learn_lines();
    let pieces = layout(&lines).map_or(LAYOUTS[0].0, |(pieces, _)| pieces);
    let mut header = header::learn_after(pieces.to_vec(), &lines, head.learn_records());
    header.give(Piece::Word, Role::Instance);
    Arc::new(with_header(header, &lines, head, settings))
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "Nov 22 10:00:00 web-1 cart[40]: opened for ann
Nov 22 10:00:01 web-1 till(main)[41]: error: drawer stuck
Nov 22 10:00:02 web-1 kernel: eth0 up
Nov 22 10:00:03 web-1 gated 2.1: restart
Nov 22 10:00:04 web-1 last message repeated 3 times
",
        records: "1 2026-11-22T10:00:00Z 0 cart web-1 | opened for ann
2 2026-11-22T10:00:01Z 17 till web-1 | error: drawer stuck
3 2026-11-22T10:00:02Z 0 kernel web-1 | eth0 up
4 2026-11-22T10:00:03Z 0 gated web-1 | restart
5 2026-11-22T10:00:04Z 0 - web-1 | last message repeated 3 times
folded 0, blank 0
",
    },
    Sample {
        text: "<34>Nov 22 10:00:00 web-1 su: failed for ann
<30>Nov 22 10:00:01 web-1 cart[12]: up
",
        records: "1 2026-11-22T10:00:00Z 18 su web-1 | failed for ann
2 2026-11-22T10:00:01Z 9 cart web-1 | up
folded 0, blank 0
",
    },
    Sample {
        text: "2026-11-22T10:00:00.123456+01:00 web-1 cart[12]: opened
2026-11-22T10:00:01.123456+01:00 web-1 cart[12]: warning: closed
",
        records: "1 2026-11-22T09:00:00.123456Z 0 cart web-1 | opened
2 2026-11-22T09:00:01.123456Z 13 cart web-1 | warning: closed
folded 0, blank 0
",
    },
    Sample {
        text: "Nov 22 10:00:00 node-1 agent[42]: W1122 10:00:00.500000      42 gate.go:35] cannot close
Nov 22 10:00:01 node-1 agent[42]: E1122 10:00:01.600000      42 gate.go:95] cannot open
",
        records: "1 2026-11-22T10:00:00Z 13 agent node-1 | cannot close
2 2026-11-22T10:00:01Z 17 agent node-1 | cannot open
folded 0, blank 0
",
    },
];
