//! # Container runtime (CRI)
//!
//! `2026-11-22T10:00:00.123456789Z stdout F text`: the files under `/var/log/pods` and `/var/log/containers` of a node,
//! as containerd and CRI-O write them. Lines that the runtime cut into parts (`P` before the last, `F`) are joined
//! again, within their stream. The runtime's stamp is the record's time; what stands behind it is read as if it stood
//! alone: plain text with a header of its own, JSON or logfmt, with its stack traces.

use std::sync::Arc;

use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::{manual, plain};
use crate::frame::Frame;
use crate::settings::Settings;

/// What a container runtime wrote.
pub(crate) const FORMAT: Format = Format {
    name: "cri",
    kind: "logs (container runtime)",
    family: Family::Logs,
    source: manual!("cri.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    if Frame::Cri.is_around(&head.lines(200)) { 80 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    Arc::new(plain::framed(Frame::Cri, head, settings))
}

const SAMPLES: &[Sample] = &[
    Sample {
        text:
            "2026-11-22T10:00:00.100000000Z stdout F 2026-11-22 11:00:00,100 INFO  [main] org.shop.Cart - cart 12 opened
2026-11-22T10:00:01.100000000Z stderr F 2026-11-22 11:00:01,100 ERROR [exec-3] org.shop.Cart - cart 12 lost
2026-11-22T10:00:01.100000001Z stderr F java.lang.IllegalStateException: no cart
2026-11-22T10:00:01.100000002Z stderr F \tat org.shop.Cart.find(Cart.java:31)
2026-11-22T10:00:01.100000003Z stderr F Caused by: java.io.IOException: closed
2026-11-22T10:00:01.100000004Z stderr F \t... 2 more
2026-11-22T10:00:02.100000000Z stdout P 2026-11-22 11:00:02,100 WARN  [main] org.shop.Cart - cart 13
2026-11-22T10:00:02.100000001Z stdout F  is slow
2026-11-22T10:00:03.100000000Z stdout F
",
        records: "1 2026-11-22T10:00:00.100Z 9 sample - | cart 12 opened
2 2026-11-22T10:00:01.100Z 17 sample - | cart 12 lost
7 2026-11-22T10:00:02.100Z 13 sample - | cart 13 is slow
folded 5, blank 1
",
    },
    Sample {
        text: "2026-11-22T10:00:00.1Z stdout F {\"level\":\"info\",\"msg\":\"opened\",\"cart\":12}
2026-11-22T10:00:01.1Z stdout F {\"level\":\"error\",\"msg\":\"lost\",\"cart\":12}
2026-11-22T10:00:02.1Z stderr F panic: nil map
2026-11-22T10:00:02.2Z stderr F
2026-11-22T10:00:02.3Z stderr F goroutine 1 [running]:
2026-11-22T10:00:02.4Z stderr F main.main()
2026-11-22T10:00:02.5Z stderr F \t/srv/cart.go:12 +0x1d
",
        records: "1 2026-11-22T10:00:00.100Z 9 sample - | opened cart=12
2 2026-11-22T10:00:01.100Z 17 sample - | lost cart=12
3 2026-11-22T10:00:02.100Z 21 sample - | panic: nil map
folded 3, blank 1
",
    },
];
