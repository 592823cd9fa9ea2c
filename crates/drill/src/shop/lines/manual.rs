//! What an operator's hands leave in the logs when somebody looks into something: lines that never come again.

use super::{Field, Level, Line, line};

const fn log(id: &'static str, text: &'static str) -> Line {
    line("payments-db", id, Level::Info, "postgres", text)
}

const fn store(id: &'static str, text: &'static str) -> Line {
    line("warehouse", id, Level::Info, "admin", text)
}

/// Each of them is used at most once in a world.
pub const MANUAL: &[Line] = &[
    Line {
        fields: &[("ip", Field::Ip)],
        ..log("manual.login", "connection authorized: user=ops_ro database=ledger host={ip} application_name=psql")
    },
    log("manual.count", "statement: select count(*), min(created_at) from refund where state = 'stuck';"),
    log("manual.sessions", "statement: select pid, state, query_start from pg_stat_activity order by 3 limit 20;"),
    log(
        "manual.explain",
        "statement: explain analyze select * from authorisation where created_at > now() - interval '2 days';",
    ),
    log(
        "manual.size",
        "statement: select relname, pg_size_pretty(pg_relation_size(oid)) from pg_class order by 2 desc;",
    ),
    Line {
        fields: &[("pid", Field::Int(900, 9000))],
        ..log("manual.cancel", "statement: select pg_cancel_backend({pid});")
    },
    log("manual.oops", "statement: selct 1;"),
    Line {
        fields: &[("user", Field::Pattern("ops-#")), ("from", Field::Ip)],
        ..store("manual.console", "admin console opened")
    },
    Line { fields: &[("bin", Field::Pattern("@##-#"))], ..store("manual.bin", "bin unlocked by hand") },
    Line {
        fields: &[("sku", Field::Pattern("HH-#####")), ("from", Field::Int(3, 40)), ("to", Field::Int(3, 40))],
        ..store("manual.corrected", "stock corrected by hand")
    },
    Line {
        fields: &[("dump", Field::Pattern("/tmp/heap-####.pb.gz"))],
        ..store("manual.profile", "profile written on request")
    },
    Line {
        fields: &[("to", Field::Pick(&["debug"])), ("for", Field::Pattern("##m"))],
        ..store("manual.level", "log level raised on request")
    },
    store("manual.queue", "dump of the pick queue asked for, 3 entries look old"),
    Line {
        fields: &[("order", Field::Order)],
        ..line("checkout", "manual.replay", Level::Info, "admin.Console", "order {order} replayed by hand")
    },
    line("checkout", "manual.dryrun", Level::Info, "admin.Console", "dry run of the voucher import: 212 would change"),
];
