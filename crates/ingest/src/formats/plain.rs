//! # Plain text logs
//!
//! Any log of lines: where the stamp stands, and what else stands before the message, is found from the file's first
//! records. Stamps are known in the family of RFC 3339 (`2026-11-22T10:00:00.123Z`, a blank for `T`, a comma before
//! the fraction, `/` in the date, any zone or none), as `22/Nov/2026:10:00:00 +0000` (Apache, nginx), `Sun Nov 22
//! 10:00:00 2026`, `26/11/22 10:00:00`, `261122 100000`, `11-22 10:00:00.123` (Android), `I1122 10:00:00.000000`
//! (glog) and as a number that counts from 1970; in brackets, or behind a few words. Levels are known in any spelling
//! and case, also as one capital letter. Brackets, classes, threads, hosts and numbers of processes are cut off where
//! nearly all records have them at the same place; the rest is the message.
//!
//! Lines of stack traces (Java, Python, Go, Node, Rust, .NET, Ruby) and indented lines are folded into the record
//! before them. A line without a stamp is a record without a time. A file without any stamp is read all the same.
//!
//! The colours of a terminal are taken out of the lines before anything is looked for in them.
//!
//! The stamp that `kubectl logs --timestamps` puts before each line is the record's time; what follows may be JSON,
//! logfmt or a stamp of its own.

use std::sync::Arc;

use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::frame::{self, Frame};
use crate::header::{self, Header, Piece};
use crate::lines::{Dialect, Layout, LogLines, dialect_of};
use crate::settings::Settings;
use crate::stamp::Stamps;
use crate::traces::{self, Look};
use crate::zone::Zone;

/// Plain text logs.
pub(crate) const FORMAT: Format = Format {
    name: "plain",
    kind: "logs (plain text)",
    family: Family::Logs,
    source: manual!("plain.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

/// Any text will do; with a stamp it is surely a log.
fn detect(head: &Head<'_>) -> u32 {
    let lines = head.lines(200);
    match header::learn(&lines, 200).is_stamped() {
        _ if lines.is_empty() => 0,
        _ if is_document(head) => 1,
        true => 40,
        false => 10,
    }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let lines = head.learn_lines();
    if frame::is_coloured(&lines) {
        return Arc::new(framed(Frame::Colour, head, settings));
    }
    Arc::new(found_out(&lines, head, settings))
}

/// A reader of lines whose header is to be learnt.
fn found_out(lines: &[&[u8]], head: &Head<'_>, settings: &Settings) -> LogLines {
    if is_led_by_levels(lines) {
        let header = Header::of(&[Piece::Level]);
        return LogLines { two_lined: true, ..with_header(header, lines, head, settings) };
    }
    let header = header::learn(lines, head.learn_records());
    let two_lined = is_two_lined(lines, &header);
    LogLines { two_lined, ..with_header(header, lines, head, settings) }
}

/// Whether records are a level before a colon and a name, and an indented line with what they say, as .NET's console
/// writes them.
fn is_led_by_levels(lines: &[&[u8]]) -> bool {
    let indented = |line: &[u8]| matches!(line.first(), Some(b' ' | b'\t'));
    let firsts = lines.iter().filter(|line| !indented(line)).count();
    let led =
        |pair: &&[&[u8]]| header::leading_level(pair[0]).is_some() && pair[0].ends_with(b"]") && indented(pair[1]);
    let led = lines.windows(2).filter(led).count();
    led > 0 && led * 10 >= firsts * 6
}

/// Whether most lines with a stamp are a header alone, and what they say stands on the next line: behind a level before
/// a colon, as Java's own logging writes it, or indented behind a name in brackets, as .NET's console does.
fn is_two_lined(lines: &[&[u8]], header: &Header) -> bool {
    if !header.is_stamped() {
        return false;
    }
    let mut stamps = Stamps::new(&Zone::utc(), Some(evidence::Time(0)));
    let mut stamped = |line: &[u8]| header.cut(line, &mut stamps).stamp.is_some();
    let (mut all, mut two) = (0, 0);
    for (index, line) in lines.iter().enumerate() {
        let following = lines.get(index + 1).copied().unwrap_or_default();
        if !stamped(line) {
            continue;
        }
        all += 1;
        let said = header::leading_level(following).is_some();
        let indented =
            line.ends_with(b"]") && following.starts_with(b"      ") && traces::look(following) == Look::Indented;
        let alone = header.columns.len() == 1
            && header.cut(line, &mut Stamps::new(&Zone::utc(), Some(evidence::Time(0)))).message >= line.len();
        two += usize::from((said || indented || alone && !following.is_empty()) && !stamped(following));
    }
    two > 0 && two * 10 >= all * 6
}

/// A reader of lines in frames: what is in them is found out as if it stood alone.
pub(crate) fn framed(frame: Frame, head: &Head<'_>, settings: &Settings) -> LogLines {
    let inside = frame::unwrap(frame, head.bytes, settings.limits.line_bytes).as_source();
    let inner = Head { bytes: &inside, whole: head.whole, name: head.name };
    let lines = inner.learn_lines();
    let mut out = if dialect_of(lines.iter().copied()) == Dialect::Json {
        with_header(Header::default(), &lines, &inner, settings)
    } else {
        found_out(&lines, &inner, settings)
    };
    out.layout = Layout::Framed(frame);
    out
}

/// A reader of lines that begin with a header; what follows it is found out.
pub(crate) fn with_header(header: Header, lines: &[&[u8]], head: &Head<'_>, settings: &Settings) -> LogLines {
    let mut stamps = Stamps::new(&settings.timezone, None);
    let cuts = lines.iter().map(|line| (line, header.cut(line, &mut stamps)));
    let rests =
        cuts.filter(|(_, cut)| cut.stamp.is_some() || !header.is_stamped()).map(|(line, cut)| &line[cut.message..]);
    let dialect = dialect_of(rests.take(head.learn_records()));
    LogLines::new(header, dialect, head, settings)
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "2026-11-22 10:00:00,123 INFO  [main] org.shop.Cart - cart 12 opened
2026-11-22 10:00:01,456 ERROR [exec-3] org.shop.Cart - cart 12 lost
java.lang.IllegalStateException: no cart
\tat org.shop.Cart.find(Cart.java:31)
\tat org.shop.Cart.open(Cart.java:12)
Caused by: java.io.IOException: closed
\t... 2 more
2026-11-22 10:00:02,000 WARN  [main] org.shop.Cart - cart 13 slow
",
        records: "1 2026-11-22T10:00:00.123Z 9 sample - | cart 12 opened
2 2026-11-22T10:00:01.456Z 17 sample - | cart 12 lost
8 2026-11-22T10:00:02Z 13 sample - | cart 13 slow
folded 5, blank 0
",
    },
    Sample {
        text: "2026-11-22 10:00:00,123 cart-1 INFO shop.cart: opened 12
2026-11-22 10:00:01,456 cart-2 ERROR shop.cart: lost 12
Traceback (most recent call last):
  File \"/srv/cart.py\", line 31, in find
    return carts[key]
KeyError: 'c12'
2026-11-22 10:00:02,000 cart-1 WARNING shop.db: slow 13
",
        records: "1 2026-11-22T10:00:00.123Z 9 sample cart-1 | opened 12
2 2026-11-22T10:00:01.456Z 17 sample cart-2 | lost 12
7 2026-11-22T10:00:02Z 13 sample cart-1 | slow 13
folded 4, blank 0
",
    },
    Sample {
        text: "2026-11-22 10:00:00,123 - INFO  [/10.0.0.4:8400:Gate$Listener@47] - Opened for ann
2026-11-22 10:00:01,456 - WARN  [Worker[id=1]:Gate$Worker@80] - Closing slowly
",
        records: "1 2026-11-22T10:00:00.123Z 9 sample - | Opened for ann
2 2026-11-22T10:00:01.456Z 13 sample - | Closing slowly
folded 0, blank 0
",
    },
    Sample {
        text: "2026/11/22 10:00:00 listening on :8080
2026/11/22 10:00:01 cart 12 opened

2026/11/22 10:00:02 http: panic serving 10.0.0.9:41204: nil map
goroutine 12 [running]:
main.(*Cart).open(0xc000012345)
\t/srv/cart.go:31 +0x1d
",
        records: "1 2026-11-22T10:00:00Z 0 sample - | listening on :8080
2 2026-11-22T10:00:01Z 0 sample - | cart 12 opened
4 2026-11-22T10:00:02Z 0 sample - | http: panic serving 10.0.0.9:41204: nil map
folded 3, blank 1
",
    },
    Sample {
        text: "26/11/22 10:00:00 INFO shop.CartManager: Opened cart 12
26/11/22 10:00:01 WARN shop.CartManager: Cart 13 is slow
",
        records: "1 2026-11-22T10:00:00Z 9 sample - | Opened cart 12
2 2026-11-22T10:00:01Z 13 sample - | Cart 13 is slow
folded 0, blank 0
",
    },
    Sample {
        text: "261122 100000 14 INFO shop.Till$Drawer: Drawer 1 closes for today
261122 100107 2 WARN shop.Till: Coin 13 was counted twice
",
        records: "1 2026-11-22T10:00:00Z 9 sample - | Drawer 1 closes for today
2 2026-11-22T10:01:07Z 13 sample - | Coin 13 was counted twice
folded 0, blank 0
",
    },
    Sample {
        text: "[Sun Nov 22 10:00:00 2026] [notice] door opened
[Sun Nov 22 10:00:01 2026] [error] door 6 is stuck
",
        records: "1 2026-11-22T10:00:00Z 10 sample - | door opened
2 2026-11-22T10:00:01Z 17 sample - | door 6 is stuck
folded 0, blank 0
",
    },
    Sample {
        text: "10.0.0.9 - - [22/Nov/2026:10:00:00 +0000] \"GET /cart HTTP/1.1\" 200 66 \"-\" \"curl/8\"
10.0.0.7 - ann [22/Nov/2026:10:00:01 +0100] \"GET /cart HTTP/1.1\" 500 17 \"-\" \"curl/8\"
",
        records: "1 2026-11-22T10:00:00Z 0 sample - | \"GET /cart HTTP/1.1\" 200 66 \"-\" \"curl/8\"
2 2026-11-22T09:00:01Z 0 sample - | \"GET /cart HTTP/1.1\" 500 17 \"-\" \"curl/8\"
folded 0, blank 0
",
    },
    Sample {
        text: "11-22 10:00:00.811  1200  1201 D Cart: opened 12
11-22 10:00:00.819  1200  1305 W Cart: skipped 13
11-22 10:00:00.820  1200  1305 D Till: open
11-22 10:00:00.821  1200  1305 D Till: open again
11-22 10:00:00.822  1200  1305 D Till: open 3
11-22 10:00:00.823  1200  1305 D Till: open 4
11-22 10:00:00.824  1200  1305 D Till: open 5
11-22 10:00:00.825  1200  1305 D Till: open 6
11-22 10:00:00.826  1200  1305 D Till: open 7
11-22 10:00:00.827  1200  1305 E Till: stuck
",
        records: "1 2026-11-22T10:00:00.811Z 5 sample - | opened 12
2 2026-11-22T10:00:00.819Z 13 sample - | skipped 13
3 2026-11-22T10:00:00.820Z 5 sample - | open
4 2026-11-22T10:00:00.821Z 5 sample - | open again
5 2026-11-22T10:00:00.822Z 5 sample - | open 3
6 2026-11-22T10:00:00.823Z 5 sample - | open 4
7 2026-11-22T10:00:00.824Z 5 sample - | open 5
8 2026-11-22T10:00:00.825Z 5 sample - | open 6
9 2026-11-22T10:00:00.826Z 5 sample - | open 7
10 2026-11-22T10:00:00.827Z 17 sample - | stuck
folded 0, blank 0
",
    },
    Sample {
        text: "I1122 10:00:00.000123       1 cart.go:12] opened 12
E1122 10:00:01.000456       1 cart.go:31] lost 12
",
        records: "1 2026-11-22T10:00:00.000123Z 9 sample - | opened 12
2 2026-11-22T10:00:01.000456Z 17 sample - | lost 12
folded 0, blank 0
",
    },
    Sample {
        text: "1795341600 cart 12 opened
1795341601 ERROR cart 12 lost
",
        records: "1 2026-11-22T10:00:00Z 0 sample - | cart 12 opened
2 2026-11-22T10:00:01Z 17 sample - | ERROR cart 12 lost
folded 0, blank 0
",
    },
    Sample {
        text: "2026-11-22T10:00:00.123456789Z {\"level\":\"info\",\"msg\":\"opened\",\"cart\":12}
2026-11-22T10:00:01.123456789Z {\"level\":\"error\",\"msg\":\"lost\",\"cart\":12}
2026-11-22T10:00:01.223456789Z \tat cart.go:12
",
        records: "1 2026-11-22T10:00:00.123456789Z 9 sample - | opened cart=12
2 2026-11-22T10:00:01.123456789Z 17 sample - | lost cart=12
folded 1, blank 0
",
    },
    Sample {
        text: "2026-11-22T10:00:00.123456789Z 2026-11-22 11:00:00,123 INFO  [cart-5d8f7c9b6d-x2x9k,exec-1] o.s.Cart - opened 12
2026-11-22T10:00:01.123456789Z 2026-11-22 11:00:01,123 ERROR [cart-5d8f7c9b6d-x2x9k,exec-2] o.s.Cart - lost 12
2026-11-22T10:00:01.123456790Z \tat o.s.Cart.find(Cart.java:12)
2026-11-22T10:00:02.123456789Z 2026-11-22 11:00:02,123 INFO  [cart-5d8f7c9b6d-x2x9k,exec-1] o.s.Cart - opened 13
2026-11-22T10:00:03.123456789Z 2026-11-22 11:00:03,123 INFO  [cart-5d8f7c9b6d-x2x9k,exec-1] o.s.Cart - opened 14
",
        records: "1 2026-11-22T10:00:00.123456789Z 9 cart cart-5d8f7c9b6d-x2x9k | opened 12
2 2026-11-22T10:00:01.123456789Z 17 cart cart-5d8f7c9b6d-x2x9k | lost 12
4 2026-11-22T10:00:02.123456789Z 9 cart cart-5d8f7c9b6d-x2x9k | opened 13
5 2026-11-22T10:00:03.123456789Z 9 cart cart-5d8f7c9b6d-x2x9k | opened 14
folded 1, blank 0
",
    },
    Sample {
        text: "nothing here has a time
and nothing has a level
",
        records: "1 none 0 sample - | nothing here has a time
2 none 0 sample - | and nothing has a level
folded 0, blank 0
NoTime 2 at 1
",
    },
];
