//! Small systems, one for each kind of signal, and quiet ones of which nothing may be told.

use expect_test::expect;

use crate::fixture::{check_signals, told, written};
use crate::program::run;

#[test]
fn every_kind_has_its_fixture() {
    let here = include_str!("fixtures.rs");
    for (_, kind) in signal::Kind::ALL {
        assert!(here.contains(&format!("\n            {kind} ")), "nothing below is told as {kind}");
    }
}

#[test]
fn a_line_that_pours_is_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 10 10:59:30 every ~1m  GET /cart 200 {8..14}ms
day 10 10:40:00..day 10 10:59:30 every 10s  WARN upstream timed out after {200..300}ms
//- changes
day 10 10:39:30 deploy api v42
",
        expect![[r#"
            log.rate api "GET <path> <num> <dur>" since day 2 13:00:00, 9.86 -> 26 lines in ten minutes (0.27 at day 2 13:15:30)
            log.new api "upstream timed out after <dur>" since day 10 10:40:00, 0 -> 6 times (0.46 at day 10 10:41:30)
            log.rate api "upstream timed out after <dur>" since day 10 10:40:00, 0.00385 -> 60 lines in ten minutes (0.56 at day 10 10:50:30)
        "#]],
    );
}

#[test]
fn a_line_that_was_never_there_is_told_and_again_when_it_has_come_to_stay() {
    check_signals(
        r"
//- api.log
10:00:00..day 12 16:00:00 every ~2m  GET /cart 200 {8..14}ms
10:00:10..day 12 16:00:00 every ~10m  cart {100..900} stored
day 12 10:00:00..day 12 16:00:00 every 50m  falling back to the old price list
",
        expect![[r#"
            log.value api "cart in \"cart <num> stored\"" since day 3 13:51:03, 416 -> 107 value (0.22 at day 3 14:00:30)
            log.rate api "cart <num> stored" since day 7 12:20:00, 1.22 -> 9 lines in ten minutes (0.29 at day 7 12:35:30)
            log.new api "falling back to the old price list" since day 12 10:00:00, 0 -> 1 times (0.46 at day 12 10:01:30)
            log.new api "falling back to the old price list" since day 12 10:00:00, 0 -> 4 times (0.64 at day 12 12:31:30)
        "#]],
    );
}

#[test]
fn what_comes_first_right_after_changes_is_a_class_of_its_own() {
    // Each change of this service brings a line; a line that comes without one is still as surprising as ever.
    check_signals(
        r"
//- api.log
10:00:00..day 14 16:00:00 every ~2m  GET /cart 200 {8..14}ms
day 3 10:00:00  price list moved to the new table
day 5 10:00:00  reading carts in blocks
day 8 10:00:00  mails are sent by the worker
day 11 10:00:00  falling back to the old price list
day 13 10:00:00  disk is nearly full
//- changes
day 3 09:50:00 deploy api v39
day 5 09:50:00 deploy api v40
day 8 09:50:00 deploy api v41
day 11 09:50:00 deploy api v42
",
        expect![[r#"
            log.rate api "GET <path> <num> <dur>" since 21:40:00, 4.61 -> 16 lines in ten minutes (0.22 at 21:55:30)
            log.new api "price list moved to the new table" since day 3 10:00:00, 0 -> 1 times (0.36 at day 3 10:01:30)
            log.new api "reading carts in blocks" since day 5 10:00:00, 0 -> 1 times (0.33 at day 5 10:01:30)
            log.new api "mails are sent by the worker" since day 8 10:00:00, 0 -> 1 times (0.43 at day 8 10:01:30)
            log.new api "falling back to the old price list" since day 11 10:00:00, 0 -> 1 times (0.42 at day 11 10:01:30)
            log.value api "the duration in \"GET <path> <num> <dur>\"" since day 11 23:35:02, 10.9 -> 10.7 ms (0.29 at day 13 00:10:30)
            log.new api "disk is nearly full" since day 13 10:00:00, 0 -> 1 times (0.46 at day 13 10:01:30)
        "#]],
    );
}

#[test]
fn a_line_that_comes_more_often_is_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 10 12:00:00 every ~1m  GET /cart 200 {8..14}ms
10:00:00..day 10 12:00:00 every ~8m  retrying payment {100..900}
day 10 10:00:00..day 10 12:00:00 every ~20s  retrying payment {100..900}
",
        expect![[r#"
            log.rate api "retrying payment <num>" since day 4 06:16:00, 0.269 -> 5 lines in two minutes (0.24 at day 4 06:20:30)
            log.rate api "retrying payment <num>" since day 8 00:00:00, 47.7 -> 25 lines in six hours (0.25 at day 8 06:00:30)
            log.rate api "retrying payment <num>" since day 10 10:00:00, 0.259 -> 8 lines in two minutes (0.30 at day 10 10:02:30)
            log.rate api "retrying payment <num>" since day 10 10:00:00, 1.3 -> 20 lines in ten minutes (1.00 at day 10 10:05:30)
        "#]],
    );
}

#[test]
fn a_line_that_comes_less_often_is_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 10 12:00:00 every ~1m  GET /cart 200 {8..14}ms
10:00:00..day 9 12:00:00 every ~1m  order {100..900} paid
day 9 12:00:00..day 10 12:00:00 every ~10m  order {100..900} paid
",
        expect![[r#"
            log.value api "order in \"order <num> paid\"" since day 5 03:31:34, 442 -> 220 value (0.23 at day 5 03:42:30)
            log.value api "order in \"order <num> paid\"" since day 7 16:58:25, 442 -> 158 value (0.22 at day 7 17:03:30)
            log.value api "order in \"order <num> paid\"" since day 7 19:40:45, 442 -> 225 value (0.23 at day 7 19:53:30)
            log.rate api "order <num> paid" since day 9 12:00:00, 60.2 -> 32 lines in one hour (0.33 at day 9 12:30:30)
            log.rate api "order <num> paid" since day 9 12:00:00, 60.2 -> 5 lines in one hour (1.00 at day 9 13:00:30)
        "#]],
    );
}

#[test]
fn a_line_that_stops_while_others_go_on_is_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 10 12:00:00 every ~30s  GET /cart 200 {8..14}ms
10:00:00..day 10 09:00:00 every ~1m  heartbeat of worker {1..9}
",
        expect![[r#"
            log.rate api "GET <path> <num> <dur>" since day 2 05:20:00, 20.2 -> 42 lines in ten minutes (0.22 at day 2 05:35:30)
            log.value api "the duration in \"GET <path> <num> <dur>\"" since day 2 14:35:17, 10.9 -> 9.61 ms (0.20 at day 2 14:51:30)
            log.rate api "heartbeat of worker <num>" since day 3 00:50:00, 10.2 -> 26 lines in ten minutes (0.24 at day 3 01:05:30)
            log.value api "the duration in \"GET <path> <num> <dur>\"" since day 5 08:14:27, 10.8 -> 9.07 ms (0.22 at day 5 08:24:30)
            log.silent api "heartbeat of worker <num>" since day 10 09:00:00, 10.1 -> 0 lines in ten minutes (0.23 at day 10 09:20:30)
            log.silent api "heartbeat of worker <num>" since day 10 09:00:00, 50.1 -> 0 lines in one hour (1.00 at day 10 10:00:30)
        "#]],
    );
}

#[test]
fn what_is_said_to_have_stopped_has_stopped_in_all_of_that_time() {
    // The hour in which a line stops still has some of it: nobody may say that there were none in that hour.
    let place = written(
        r"
//- api.log
10:00:00..day 6 12:00:00 every ~20s  GET /cart 200 {8..14}ms
10:00:00..day 6 09:00:00 every ~1m  heartbeat of worker {1..9}
",
    );
    let lines = run(place.path(), &["replay", "evidence"]).well().json_lines();
    let silent: Vec<_> = lines.iter().filter(|l| l["kind"] == "log.silent").collect();
    assert!(!silent.is_empty(), "nothing is silent: {lines:?}");
    for line in silent {
        let none = line["summary"].as_str().unwrap().contains("none in");
        assert!(!none || line["observed"] == 0.0, "{} of {} {}", line["summary"], line["observed"], line["unit"]);
    }
}

#[test]
fn many_rare_severe_lines_together_are_told_though_none_of_them_pours() {
    let ordinary: String = RARE.map(|what| format!("10:00:00..day 11 12:00:00 every ~9h  WARN {what}\n")).concat();
    let from = |n: usize| format!("day 11 08:{:02}:00..day 11 12:00:00", 7 * n);
    let trouble: String =
        RARE.iter().enumerate().map(|(n, what)| format!("{} every ~70m  WARN {what}\n", from(n))).collect();
    let log = "//- api.log\n10:00:00..day 11 12:00:00 every ~1m  GET /cart 200 {8..14}ms\n";
    check_signals(
        &format!("{log}{ordinary}{trouble}"),
        expect![[r#"
            log.severity api "lines at WARN or worse" since day 7 07:10:00, 0.0356 -> 3 lines in two minutes (0.25 at day 7 07:12:30)
            log.value api "cart in \"cart <num> was changed by two at once\"" since day 8 23:00:54, 655 -> 388 value (0.29 at day 9 23:24:30)
            log.severity api "lines at WARN or worse" since day 11 08:00:00, 0.923 -> 14 lines in one hour (0.65 at day 11 09:00:30)
        "#]],
    );
}

/// Lines at WARN, none of which comes often.
const RARE: [&str; 8] = [
    "address of {100..900} is not complete",
    "pool has no free connection, waited {10..90}ms",
    "answer of the price list took {200..900}ms",
    "cart {100..900} was changed by two at once",
    "no answer from the mailer within {1..9}s",
    "session {100..900} is unknown",
    "disk cache is full, {10..90} entries dropped",
    "clock of the host is {10..90}ms off",
];

#[test]
fn a_line_whose_severity_moved_up_is_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 11 12:00:00 every ~1m  GET /cart 200 {8..14}ms
10:00:00..day 11 09:00:00 every ~4m  cart {100..900} was saved at the second try
10:00:00..day 11 12:00:00 every ~8h  WARN session {100..900} is unknown
day 11 09:00:00..day 11 12:00:00 every ~4m  WARN cart {100..900} was saved at the second try
",
        expect![[r#"
            log.severity api "lines at WARN or worse" since day 11 09:00:00, 0.0216 -> 4 lines in ten minutes (0.30 at day 11 09:25:30)
            log.severity api "lines at WARN or worse" since day 11 09:00:00, 0.129 -> 7 lines in one hour (0.49 at day 11 09:30:30)
            log.severity api "lines at WARN or worse" since day 11 09:00:00, 0.129 -> 18 lines in one hour (1.00 at day 11 10:00:30)
        "#]],
    );
}

#[test]
fn one_severe_line_that_pours_does_not_make_its_service_severe() {
    let told = told(
        r"
//- api.log
10:00:00..day 11 12:00:00 every ~1m  GET /cart 200 {8..14}ms
10:00:00..day 11 12:00:00 every ~2h  WARN address of {100..900} is not complete
10:00:00..day 11 12:00:00 every ~2h  WARN session {100..900} is unknown
10:00:00..day 11 12:00:00 every ~9h  WARN disk cache is full, {10..90} entries dropped
day 11 09:00:00..day 11 12:00:00 every ~10s  WARN disk cache is full, {10..90} entries dropped
",
    );
    let severe = shown(&told).iter().any(|line| line.starts_with("log.severity"));
    assert!(told.contains("log.rate") && !severe, "{told}");
}

#[test]
fn a_service_that_speaks_more_often_of_trying_again_is_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 11 12:00:00 every ~1m  GET /cart 200 {8..14}ms
10:00:00..day 11 12:00:00 every ~6h  retrying payment {100..900}
10:00:00..day 11 12:00:00 every ~9h  no answer from the mailer, attempt {2..4} of 5
10:00:00..day 11 12:00:00 every ~8h  price list is busy, trying again in {1..9}s
10:00:00..day 11 12:00:00 every ~9h  lost the queue, backoff {100..900}ms
day 11 08:00:00..day 11 12:00:00 every ~20m  retrying payment {100..900}
day 11 08:04:00..day 11 12:00:00 every ~20m  no answer from the mailer, attempt {2..4} of 5
day 11 08:09:00..day 11 12:00:00 every ~20m  price list is busy, trying again in {1..9}s
day 11 08:11:00..day 11 12:00:00 every ~20m  lost the queue, backoff {100..900}ms
",
        expect![[r#"
            log.rate api "no answer from the mailer, attempt <num> of <num>" since day 9 22:00:00, 0.132 -> 3 lines in one hour (0.22 at day 9 23:30:30)
            log.retries api "lines that speak of trying again" since day 11 08:00:00, 0.109 -> 4 lines in ten minutes (0.30 at day 11 08:10:30)
            log.retries api "lines that speak of trying again" since day 11 08:00:00, 0.115 -> 5 lines in ten minutes (0.43 at day 11 08:15:30)
            log.retries api "lines that speak of trying again" since day 11 08:00:00, 0.506 -> 12 lines in one hour (0.76 at day 11 08:30:30)
            log.retries api "lines that speak of trying again" since day 11 08:00:00, 0.506 -> 12 lines in one hour (0.99 at day 11 09:00:30)
        "#]],
    );
}

#[test]
fn a_service_that_starts_again_and_again_is_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 11 12:00:00 every ~1m  GET /cart 200 {8..14}ms
day 4 03:00:00  server started in {100..900}ms
day 11 09:00:00..day 11 11:00:00 every 7m  reading settings
day 11 09:00:01..day 11 11:00:00 every 7m  server started in {100..900}ms
",
        expect![[r#"
            log.new api "server started in <dur>" since day 4 03:00:00, 0 -> 1 times (0.37 at day 4 03:01:30)
            log.new api "reading settings" since day 11 09:00:00, 0 -> 1 times (0.44 at day 11 09:01:30)
            log.restarts api "starts of its instances" since day 11 09:00:00, 0.00245 -> 5 times (0.59 at day 11 09:30:30)
            log.restarts api "starts of its instances" since day 11 09:00:00, 0.00245 -> 9 times (0.98 at day 11 10:00:30)
        "#]],
    );
}

#[test]
fn starts_after_deploys_and_now_and_then_are_ordinary_life() {
    let told = told(
        r"
//- api.log
10:00:00..day 12 12:00:00 every ~1m  GET /cart 200 {8..14}ms
day 2 03:00:00..day 12 03:00:00 every 168h  server started in {100..900}ms
day 11 09:00:00..day 11 09:20:00 every 2m  server started in {100..900}ms
//- changes
day 11 08:59:30 deploy api v42
",
    );
    assert!(!told.contains("log.restarts"), "{told}");
}

#[test]
fn counters_that_start_again_and_again_are_told() {
    let often: String = (0..12)
        .map(|n| {
            let at = |minute: i64| format!("day 11 {:02}:{:02}:00", 9 + (10 * n + minute) / 60, (10 * n + minute) % 60);
            format!("{}  api requests_total 3\n{}  api requests_total {}\n", at(0), at(5), 13 + n % 2)
        })
        .collect();
    let days: String = (1..12)
        .map(|day| {
            let line = |n: i64| {
                format!("day {day} {:02}:{:02}:00  api requests_total {}\n", n / 12, n % 12 * 5, (288 * day + n) * 10)
            };
            (0..if day == 11 { 108 } else { 288 }).map(line).collect::<String>()
        })
        .collect();
    check_signals(
        &format!("//- metrics\n00:00:00..day 11 11:00:00 every 5m  api heap_mb {{300..340}}\n{days}{often}"),
        expect![[r#"
            metric.level api "requests_total" since day 11 09:15:00, 2 -> 2.09 increase a minute (0.29 at day 11 09:15:30)
            metric.level api "requests_total" since day 11 09:15:00, 2 -> 2.09 increase a minute (0.47 at day 11 09:30:30)
            metric.resets api "counters that start again" since day 11 08:00:00, 0.00236 -> 6 times (0.58 at day 11 10:00:30)
        "#]],
    );
}

#[test]
fn a_number_in_a_line_that_moves_is_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 12 16:00:00 every ~2m  GET /cart 200 {8..14}ms
10:00:10..day 12 10:00:00 every ~5m  label printed in {180..240} ms
day 12 10:00:10..day 12 16:00:00 every ~5m  label printed in {380..460} ms
",
        expect![[r#"
            log.value api "the duration in \"label printed in <dur>\"" since day 10 22:53:05, 209 -> 212 ms (0.30 at day 12 06:39:30)
            log.value api "the duration in \"label printed in <dur>\"" since day 10 22:53:05, 210 -> 417 ms (0.53 at day 12 10:14:30)
            log.value api "the duration in \"label printed in <dur>\"" since day 10 22:53:05, 210 -> 412 ms (1.00 at day 12 11:15:30)
        "#]],
    );
}

#[test]
fn a_value_that_a_line_never_had_and_one_that_it_has_no_more_are_told() {
    check_signals(
        r"
//- api.log
10:00:00..day 12 16:00:00 every ~10m  label printed carrier=north order={1000..9999}
10:01:00..day 12 16:00:00 every ~10m  label printed carrier=south order={1000..9999}
10:02:00..day 12 16:00:00 every ~10m  label printed carrier=harbour order={1000..9999}
10:03:00..day 12 16:00:00 every ~10m  label printed carrier=meadow order={1000..9999}
10:04:00..day 10 16:00:00 every ~10m  label printed carrier=canal order={1000..9999}
day 12 10:00:00..day 12 16:00:00 every 50m  label printed carrier=river order={1000..9999}
",
        expect![[r#"
            log.value api "order in \"label printed carrier=<word> order=<num>\"" since day 3 11:37:01, 4760 -> 1613 value (0.21 at day 3 11:44:30)
            log.value api "order in \"label printed carrier=<word> order=<num>\"" since day 4 06:33:34, 4777 -> 1566 value (0.24 at day 4 06:41:30)
            log.value api "order in \"label printed carrier=<word> order=<num>\"" since day 4 06:59:00, 4817 -> 2700 value (0.24 at day 4 07:07:30)
            log.rate api "label printed carrier=<word> order=<num>" since day 5 06:00:00, 29.7 -> 12 lines in one hour (0.22 at day 5 10:00:30)
            log.rate api "label printed carrier=<word> order=<num>" since day 8 00:00:00, 29.9 -> 11 lines in one hour (0.21 at day 8 01:30:30)
            log.share api "carrier=canal in \"label printed carrier=<word> order=<num>\"" since day 10 06:00:00, 0.2 -> 0.0189 share (0.67 at day 10 21:00:30)
            log.share api "carrier=canal in \"label printed carrier=<word> order=<num>\"" since day 10 06:00:00, 0.2 -> 0 share (0.88 at day 11 00:00:30)
            log.enum api "carrier=river in \"label printed carrier=<word> order=<num>\"" since day 12 10:00:00, 0 -> 1 times (0.52 at day 12 10:01:30)
        "#]],
    );
}

#[test]
fn a_metric_that_moves_within_a_day_is_told() {
    check_signals(
        r"
//- metrics
10:00:00..day 6 12:00:00 every 1m  api queue_depth {3.0..5.0}
10:00:00..day 6 10:00:00 every 1m  api heap_mb {300..340}
day 6 10:01:00..day 6 12:00:00 every 1m  api heap_mb {420..460}
",
        expect![[r#"
            metric.level api "heap_mb" since day 6 10:01:00, 320 -> 381 value (0.27 at day 6 10:01:30)
            metric.level api "heap_mb" since day 6 10:01:00, 320 -> 409 value (0.45 at day 6 10:03:30)
        "#]],
    );
}

#[test]
fn a_metric_that_moves_over_days_is_told_as_a_drift() {
    check_signals(
        r"
//- metrics
00:00:00..day 14 23:50:00 every 10m  api free_gb {60.0..90.0}
day 15 00:00:00..day 15 23:50:00 every 10m  api free_gb {58.5..88.5}
day 16 00:00:00..day 16 23:50:00 every 10m  api free_gb {57.0..87.0}
day 17 00:00:00..day 17 23:50:00 every 10m  api free_gb {55.5..85.5}
day 18 00:00:00..day 18 23:50:00 every 10m  api free_gb {54.0..84.0}
day 19 00:00:00..day 19 23:50:00 every 10m  api free_gb {52.5..82.5}
day 20 00:00:00..day 20 23:50:00 every 10m  api free_gb {51.0..81.0}
day 21 00:00:00..day 21 23:50:00 every 10m  api free_gb {49.5..79.5}
day 22 00:00:00..day 22 23:50:00 every 10m  api free_gb {48.0..78.0}
day 23 00:00:00..day 23 23:50:00 every 10m  api free_gb {46.5..76.5}
",
        expect![[r#"
            metric.level api "free_gb" since day 16 00:50:00, 75.5 -> 59.1 value (0.22 at day 16 02:50:30)
            metric.level api "free_gb" since day 16 04:30:00, 75.5 -> 69.1 value (0.29 at day 16 05:10:30)
            metric.level api "free_gb" since day 16 10:30:00, 75.6 -> 72.4 value (0.27 at day 16 13:10:30)
            metric.level api "free_gb" since day 16 10:30:00, 75.5 -> 72.9 value (0.38 at day 16 23:50:30)
            metric.drift api "free_gb" since day 14 21:20:00, 75.5 -> 71.4 value (0.72 at day 17 21:10:30)
            metric.drift api "free_gb" since day 14 21:20:00, 75.6 -> 69.7 value (0.83 at day 18 07:50:30)
            metric.drift api "free_gb" since day 14 21:20:00, 75.5 -> 69.7 value (1.00 at day 18 18:30:30)
        "#]],
    );
}

#[test]
fn a_metric_that_is_reported_no_more_is_told() {
    check_signals(
        r"
//- metrics
10:00:00..day 6 12:00:00 every 1m  api queue_depth {3.0..5.0}
10:00:00..day 6 09:00:00 every 1m  api heap_mb {300..340}
",
        expect![[r#"
            metric.silent api "heap_mb" since day 6 09:00:00, 0 -> 300 seconds since the last (0.22 at day 6 09:05:30)
            metric.silent api "heap_mb" since day 6 09:00:00, 0 -> 600 seconds since the last (0.33 at day 6 09:10:30)
            metric.silent api "heap_mb" since day 6 09:00:00, 0 -> 960 seconds since the last (0.43 at day 6 09:16:30)
            metric.silent api "heap_mb" since day 6 09:00:00, 0 -> 1260 seconds since the last (0.50 at day 6 09:21:30)
            metric.silent api "heap_mb" since day 6 09:00:00, 0 -> 1680 seconds since the last (0.61 at day 6 09:28:30)
            metric.silent api "heap_mb" since day 6 09:00:00, 0 -> 2160 seconds since the last (0.72 at day 6 09:36:30)
            metric.silent api "heap_mb" since day 6 09:00:00, 0 -> 2640 seconds since the last (0.83 at day 6 09:44:30)
            metric.silent api "heap_mb" since day 6 09:00:00, 0 -> 3120 seconds since the last (0.93 at day 6 09:52:30)
        "#]],
    );
}

#[test]
fn an_operation_that_takes_longer_is_told() {
    check_signals(
        r"
//- traces
10:00:00..day 4 11:00:00 every ~30s  cart GET /cart {8..14}ms
10:00:00..day 4 09:00:00 every ~30s  stock GET /stock {20..40}ms
day 4 09:00:00..day 4 11:00:00 every ~30s  stock GET /stock {60..120}ms
",
        expect![[r#"
            trace.latency stock "GET /stock" since day 4 09:01:00, 29.4 -> 53.3 ms (0.32 at day 4 09:01:30)
            trace.latency stock "GET /stock" since day 4 09:01:00, 29.4 -> 97.8 ms (0.50 at day 4 09:04:30)
        "#]],
    );
}

#[test]
fn calls_that_fail_are_told() {
    check_signals(
        r"
//- traces
10:00:00..day 10 11:00:00 every ~1m  cart GET /cart {8..14}ms
10:00:00..day 10 11:00:00 every ~60m  cart GET /cart {8..14}ms error
day 10 09:00:00..day 10 11:00:00 every ~3m  cart GET /cart {8..14}ms error
",
        expect![[r#"
            trace.errors cart "GET /cart" since day 10 07:00:00, 0.0145 -> 0.157 share (0.68 at day 10 09:30:30)
            trace.errors cart "GET /cart" since day 10 07:00:00, 0.0138 -> 0.28 share (1.00 at day 10 10:00:30)
        "#]],
    );
}

#[test]
fn a_call_that_was_never_made_before_is_told() {
    check_signals(
        r"
//- traces
10:00:00..day 12 16:00:00 every ~5m  shop->cart GET /cart {8..14}ms
10:00:00..day 12 16:00:00 every ~5m  cart->prices GET /prices {8..14}ms
day 12 10:00:00..day 12 16:00:00 every ~20m  shop->prices GET /prices {8..14}ms
",
        expect![[r#"
            trace.latency prices "GET /prices" since day 7 12:03:30, 10.9 -> 8.24 ms (0.22 at day 7 12:18:30)
            trace.latency cart "GET /prices" since day 7 12:03:30, 12.9 -> 10.2 ms (0.21 at day 7 12:18:30)
            trace.latency cart "GET /cart" since day 10 19:15:53, 10.9 -> 8.82 ms (0.26 at day 10 19:47:30)
            trace.latency shop "GET /cart" since day 10 19:15:53, 13 -> 10.8 ms (0.26 at day 10 19:47:30)
            trace.edge shop "shop -> prices" since day 12 10:00:00, 0 -> 1 times (0.56 at day 12 10:01:30)
        "#]],
    );
}

#[test]
fn a_call_that_is_made_no_more_is_told() {
    check_signals(
        r"
//- traces
10:00:00..day 11 16:00:00 every ~3m  shop->cart GET /cart {8..14}ms
10:00:00..day 11 08:00:00 every ~3m  shop->prices GET /prices {8..14}ms
",
        expect![[r#"
            trace.latency cart "GET /cart" since day 9 02:32:34, 10.8 -> 9.46 ms (0.23 at day 9 03:23:30)
            trace.latency shop "GET /cart" since day 9 02:32:34, 12.9 -> 11.5 ms (0.22 at day 9 03:23:30)
            trace.gone shop "shop -> prices" since day 11 07:59:09, 0 -> 3651 seconds since the last (0.34 at day 11 09:00:30)
            trace.gone shop "shop -> prices" since day 11 07:59:09, 0 -> 25251 seconds since the last (1.00 at day 11 15:00:30)
        "#]],
    );
}

#[test]
fn a_call_that_is_made_no_more_by_a_caller_without_work_is_not_missed() {
    let told = told(
        r"
//- traces
10:00:00..day 11 16:00:00 every ~3m  cart GET /cart {8..14}ms
10:00:00..day 11 08:00:00 every ~3m  shop->prices GET /prices {8..14}ms
",
    );
    assert!(!told.contains("trace.gone"), "{told}");
}

#[test]
fn an_operation_that_is_called_far_more_often_for_each_request_is_told() {
    check_signals(
        r"
//- traces
10:00:00..day 11 09:00:00 every ~5m  shop->stock GET /stock {8..14}ms x{1..3}
day 11 09:00:00..day 11 12:00:00 every ~5m  shop->stock GET /stock {8..14}ms x{8..12}
",
        expect![[r#"
            trace.calls shop "GET /stock -> stock GET /stock" since day 11 09:00:00, 1.99 -> 10.5 calls a request (0.40 at day 11 09:02:30)
            trace.calls shop "GET /stock -> stock GET /stock" since day 11 09:00:00, 1.99 -> 8 calls a request (0.58 at day 11 09:05:30)
            trace.latency shop "GET /stock" since day 11 08:59:49, 22.2 -> 114 ms (0.34 at day 11 09:05:30)
            trace.latency shop "GET /stock" since day 11 08:59:49, 22.2 -> 105 ms (0.53 at day 11 09:17:30)
            trace.calls shop "GET /stock -> stock GET /stock" since day 11 09:00:00, 1.99 -> 10.7 calls a request (0.77 at day 11 09:18:30)
            trace.calls shop "GET /stock -> stock GET /stock" since day 11 09:00:00, 1.99 -> 10 calls a request (1.00 at day 11 09:20:30)
            trace.latency shop "GET /stock" since day 11 08:59:49, 22.1 -> 105 ms (1.00 at day 11 10:47:30)
        "#]],
    );
}

#[test]
fn five_times_the_requests_are_no_news_of_what_each_of_them_calls() {
    let told = told(
        r"
//- traces
10:00:00..day 11 12:00:00 every ~5m  shop->stock GET /stock {8..14}ms x{1..3}
day 11 09:00:00..day 11 12:00:00 every ~1m  shop->stock GET /stock {8..14}ms x{1..3}
",
    );
    assert!(!told.contains("trace.calls"), "{told}");
}

#[test]
fn a_call_that_is_made_again_after_failures_is_told() {
    check_signals(
        r"
//- traces
10:00:00..day 11 12:00:00 every ~2m  shop->stock GET /stock {8..14}ms
10:00:00..day 11 12:00:00 every ~8h  shop->stock GET /stock {8..14}ms error x2
day 11 09:00:00..day 11 12:00:00 every ~10m  shop->stock GET /stock {8..14}ms error x{2..4}
",
        expect![[r#"
            trace.latency shop "GET /stock" since day 2 22:08:50, 12.9 -> 19.7 ms (0.31 at day 2 22:11:30)
            trace.latency shop "GET /stock" since day 4 20:29:43, 12.9 -> 19.1 ms (0.25 at day 4 20:32:30)
            trace.latency stock "GET /stock" since day 5 15:34:48, 10.9 -> 8.93 ms (0.24 at day 5 15:50:30)
            trace.latency shop "GET /stock" since day 5 15:34:48, 12.9 -> 10.9 ms (0.23 at day 5 15:50:30)
            trace.latency shop "GET /stock" since day 5 22:07:00, 12.9 -> 18.6 ms (0.20 at day 5 22:07:30)
            trace.latency shop "GET /stock" since day 8 07:28:00, 12.9 -> 19 ms (0.21 at day 8 07:28:30)
            trace.latency shop "GET /stock" since day 9 19:48:00, 12.9 -> 20.5 ms (0.24 at day 9 19:48:30)
            trace.latency shop "GET /stock" since day 11 08:59:44, 12.9 -> 20.5 ms (0.21 at day 11 09:02:30)
            trace.latency shop "GET /stock" since day 11 09:12:00, 12.9 -> 19.7 ms (0.21 at day 11 09:24:30)
            trace.latency shop "GET /stock" since day 11 09:12:00, 12.9 -> 22.5 ms (0.53 at day 11 09:28:30)
            trace.errors stock "GET /stock" since day 11 09:00:00, 0.0022 -> 0.214 share (0.55 at day 11 09:30:30)
            trace.retries shop "stock GET /stock" since day 11 09:00:00, 0.125 -> 9 times (0.52 at day 11 09:30:30)
            trace.errors stock "GET /stock" since day 11 09:00:00, 0.00171 -> 0.333 share (1.00 at day 11 10:00:30)
            trace.retries shop "stock GET /stock" since day 11 09:00:00, 0.16 -> 18 times (1.00 at day 11 10:00:30)
            trace.latency shop "GET /stock" since day 11 09:12:00, 12.9 -> 14.9 ms (1.00 at day 11 10:50:30)
        "#]],
    );
}

/// What people are shown of what is told.
fn shown(told: &str) -> Vec<&str> {
    let strength = |line: &str| line.rsplit_once('(').unwrap().1[..4].parse::<f64>().unwrap();
    told.lines().filter(|line| strength(line) >= 0.5).collect()
}

/// Nothing of 0.5 or more: what people are shown. Below it a few are expected of anything that is watched for long.
fn nothing_is_shown(system: &str) {
    let told = told(system);
    let shown = shown(&told);
    assert!(shown.is_empty(), "of a quiet system: {shown:#?}");
}

#[test]
fn two_hours_of_logs_in_which_everything_is_new_are_no_news() {
    check_signals(
        r"
//- api.log
10:00:00..12:00:00 every ~5s  GET /cart 200 {8..14}ms
10:20:00..12:00:00 every ~2m  cart {100..900} stored
10:50:00..12:00:00 every ~5m  price list loaded, {100..900} entries
11:10:00  cache warmed
11:40:00  cache trimmed by {10..90} entries
",
        expect![[""]],
    );
}

#[test]
fn an_even_system_is_quiet() {
    for number in 0..6 {
        nothing_is_shown(&format!(
            r"
//- api.log
10:00:00..day 9 12:00:0{number} every ~1m  GET /cart 200 {{8..14}}ms
10:00:00..day 9 12:00:0{number} every ~9m  cart {{100..900}} stored
10:00:00..day 9 12:00:0{number} every ~3h  price list loaded, {{100..900}} entries
//- metrics
10:00:00..day 9 12:00:0{number} every 5m  api queue_depth {{3.0..5.0}}
10:00:00..day 9 12:00:0{number} every 5m  api heap_mb {{300..340}}
//- traces
10:00:00..day 9 12:00:0{number} every ~5m  shop->cart GET /cart {{8..14}}ms
10:00:00..day 9 12:00:0{number} every ~5h  shop->cart GET /cart {{8..14}}ms error
"
        ));
    }
}

#[test]
fn twice_the_load_is_no_news_whether_or_not_it_was_seen_to_vary() {
    let all = |when: &str| {
        let lines = ["~1m  GET /cart 200 {8..14}ms", "~2m  POST /order 200 {20..40}ms", "~3m  cart {100..900} stored"];
        lines.map(|line| format!("{when} every {line}\n")).concat()
            + &format!("{when} every ~3m  mail {{100..900}} sent\n")
    };
    for days in [&[2, 3, 4, 5, 6, 7, 9][..], &[9]] {
        let mut log = all("10:00:00..day 9 12:00:00");
        for day in days {
            log += &all(&format!("day {day} 10:00:00..day {day} 12:00:00"));
        }
        nothing_is_shown(&format!("//- api.log\n{log}"));
    }
}

#[test]
fn a_single_point_far_out_is_no_level() {
    nothing_is_shown(
        r"
//- metrics
10:00:00..day 6 12:00:00 every 1m  api queue_depth {3.0..5.0}
10:00:00..day 6 10:00:00 every 1m  api heap_mb {300..340}
day 6 10:01:00  api heap_mb 9000
day 6 10:02:00..day 6 12:00:00 every 1m  api heap_mb {300..340}
",
    );
}

#[test]
fn when_a_whole_file_pauses_nobody_is_missed() {
    nothing_is_shown(
        r"
//- api.log
10:00:00..day 9 12:00:00 every ~1m  GET /cart 200 {8..14}ms
//- metrics
10:00:00..day 6 12:00:00 every 1m  api queue_depth {3.0..5.0}
10:00:00..day 6 12:00:00 every 1m  api heap_mb {300..340}
day 7 12:00:00..day 8 12:00:00 every 1m  api queue_depth {3.0..5.0}
day 7 12:00:00..day 8 12:00:00 every 1m  api heap_mb {300..340}
",
    );
}

#[test]
fn what_is_late_raises_nothing() {
    // The same pour on time is told: see above.
    check_signals(
        r"
//- api.log
10:00:00..day 10 12:00:00 every 1m  GET /cart 200 {8..14}ms
then day 10 09:40:00..day 10 09:59:30 every 10s  upstream timed out after {200..300}ms
//- changes
10:00:00 deploy api v42
",
        expect![[""]],
    );
}

#[test]
fn a_service_that_begins_to_write_brings_its_lines_without_news() {
    nothing_is_shown(
        r"
//- api.log
10:00:00..day 9 12:00:00 every ~1m  GET /cart 200 {8..14}ms
//- mailer.log
day 9 09:00:00..day 9 12:00:00 every ~1m  mail {100..900} sent
day 9 09:05:00..day 9 12:00:00 every ~4m  mail {100..900} deferred by {1..9} minutes
day 9 09:08:00..day 9 12:00:00 every ~9m  queue of {100..900} mails looked through
",
    );
}

#[test]
fn a_certificate_that_is_not_renewed_is_told_by_its_lines_and_by_its_metric() {
    check_signals(
        r"
//- api.log
00:00:00..day 24 00:00:00 every ~3m  GET /cart 200 {8..14}ms
00:01:00..day 24 00:00:00 every ~20m  cart {100..900} stored
//- tls.log
00:00:00..day 24 00:00:00 every ~5m  handshake with {100..900} done
day 16 03:20:00..day 24 00:00:00 every 24h  ERROR certificate renewal was refused by the authority
",
        expect![[r#"
            log.value tls "done in \"handshake with <num> done\"" since day 7 03:30:21, 425 -> 129 value (0.33 at day 7 03:45:30)
            log.rate api "GET <path> <num> <dur>" since day 9 16:46:00, 0.671 -> 7 lines in two minutes (0.21 at day 9 16:48:30)
            log.rate tls "handshake with <num> done" since day 9 00:00:00, 71.7 -> 47 lines in six hours (0.23 at day 10 03:00:30)
            log.rate api "cart <num> stored" since day 10 00:00:00, 71.3 -> 104 lines in one day (0.26 at day 11 00:00:30)
            log.value api "cart in \"cart <num> stored\"" since day 12 11:27:55, 441 -> 107 value (0.24 at day 12 12:37:30)
            log.ending tls "certificate renewal was refused by the authority" since day 16 03:20:00, 0 -> 1 times (0.56 at day 16 03:21:30)
            log.value tls "done in \"handshake with <num> done\"" since day 16 17:38:57, 433 -> 139 value (0.28 at day 16 17:49:30)
            log.value api "cart in \"cart <num> stored\"" since day 16 19:00:23, 437 -> 152 value (0.27 at day 16 19:49:30)
            log.rate api "cart <num> stored" since day 17 12:56:00, 0.102 -> 4 lines in two minutes (0.25 at day 17 13:01:30)
            log.value api "the duration in \"GET <path> <num> <dur>\"" since day 19 04:10:30, 10.8 -> 8.53 ms (0.32 at day 19 04:33:30)
            log.rate tls "certificate renewal was refused by the authority" since day 16 03:00:00, 0 -> 4 different hours of 3 days 4 hours (0.32 at day 19 06:00:30)
            log.rate tls "certificate renewal was refused by the authority" since day 16 03:00:00, 0 -> 6 different hours of 5 days 4 hours (0.43 at day 21 06:00:30)
            log.rate api "GET <path> <num> <dur>" since day 23 03:00:00, 3.59 -> 14 lines in ten minutes (0.25 at day 23 03:15:30)
            log.rate tls "certificate renewal was refused by the authority" since day 16 03:00:00, 0 -> 8 different hours of 7 days 4 hours (0.50 at day 23 06:00:30)
        "#]],
    );
    check_signals(
        r"
//- metrics
00:00:00..day 24 00:00:00 every 1h  api requests_per_second {90.0..110.0}
00:00:00..day 24 00:00:00 every 1h  tls probe_ssl_earliest_cert_expiry 1795737600
",
        expect![[r#"
            metric.ending tls "probe_ssl_earliest_cert_expiry" since day 20 17:00:00, 0 -> 1795740000 value (0.55 at day 20 17:00:30)
        "#]],
    );
}

#[test]
fn a_harmless_line_that_a_deploy_brings_is_told_with_the_deploy() {
    check_signals(
        r"
//- api.log
10:00:00..day 12 10:59:30 every ~1m  GET /cart 200 {8..14}ms
day 10 10:40:00..day 12 10:59:30 every 10m  cart {100..900} is kept for a day
//- changes
day 10 10:39:30 deploy api v42
",
        expect![[r#"
            log.new api "cart <num> is kept for a day" since day 10 10:40:00, 0 -> 1 times (0.46 at day 10 10:41:30)
        "#]],
    );
}

#[test]
fn a_metric_that_varies_more_is_told_though_its_level_is_as_ever() {
    check_signals(
        r"
//- metrics
00:00:00..day 10 12:00:00 every 1m  api queue_depth {48.0..52.0}
00:00:00..day 11 00:00:00 every 1m  api threads {20.0..24.0}
day 10 12:01:00..day 11 00:00:00 every 1m  api queue_depth {45.5..54.5}
",
        expect![[r#"
            metric.spread api "queue_depth" since day 5 02:51:00, 1.2 -> 2.6 value (0.30 at day 5 03:04:30)
            metric.level api "queue_depth" since day 10 12:10:00, 50 -> 46.3 value (0.23 at day 10 12:11:30)
            metric.level api "queue_depth" since day 10 12:10:00, 50 -> 46.3 value (0.47 at day 10 12:32:30)
            metric.spread api "queue_depth" since day 10 12:01:00, 1.2 -> 1.91 value (0.66 at day 10 13:20:30)
            metric.spread api "queue_depth" since day 10 12:01:00, 1.2 -> 2.5 value (1.00 at day 10 14:24:30)
        "#]],
    );
}

#[test]
fn what_fills_up_towards_its_limit_is_told() {
    check_signals(
        r"
//- metrics
00:00:00..day 10 00:00:00 every 5m  api process_open_fds {380.0..420.0}
00:00:00..day 13 00:00:00 every 5m  api process_max_fds 1024
day 10 00:05:00..day 11 00:00:00 every 5m  api process_open_fds {480.0..520.0}
day 11 00:05:00..day 12 00:00:00 every 5m  api process_open_fds {620.0..680.0}
day 12 00:05:00..day 13 00:00:00 every 5m  api process_open_fds {780.0..820.0}
",
        expect![[r#"
            metric.level api "process_open_fds" since day 10 00:05:00, 400 -> 449 value (0.28 at day 10 00:05:30)
            metric.level api "process_open_fds" since day 10 00:05:00, 400 -> 477 value (0.46 at day 10 00:15:30)
            metric.level api "process_open_fds" since day 10 00:05:00, 400 -> 491 value (1.00 at day 10 01:15:30)
            metric.spread api "process_open_fds" since day 11 00:05:00, 11.7 -> 78 value (0.28 at day 11 00:05:30)
            metric.spread api "process_open_fds" since day 11 00:15:00, 11.7 -> 40.4 value (0.23 at day 11 00:20:30)
            metric.saturation api "process_open_fds" since day 11 00:00:00, 1024 -> 646 value (0.87 at day 11 01:00:30)
        "#]],
    );
}

#[test]
fn one_instance_that_departs_from_its_siblings_is_told() {
    check_signals(
        r"
//- metrics
00:00:00..day 12 00:00:00 every 5m  api@api-1 error_ratio {0.0010..0.0050}
00:00:00..day 12 00:00:00 every 5m  api@api-2 error_ratio {0.0010..0.0050}
00:00:00..day 10 00:00:00 every 5m  api@api-3 error_ratio {0.0010..0.0050}
day 10 00:05:00..day 12 00:00:00 every 5m  api@api-3 error_ratio {0.0024..0.0064}
",
        expect![[r#"
            metric.instance api "error_ratio" since day 2 21:00:00, 0.00326 -> 0.00292 value (0.21 at day 3 03:00:30)
            metric.instance api "error_ratio" since day 5 15:00:00, 0.00306 -> 0.00275 value (0.21 at day 5 21:00:30)
            metric.instance api "error_ratio" since day 7 00:00:00, 0.00325 -> 0.00284 value (0.24 at day 7 06:00:30)
            metric.instance api "error_ratio" since day 7 15:00:00, 0.00314 -> 0.00272 value (0.23 at day 7 21:00:30)
            metric.instance api "error_ratio" since day 8 18:00:00, 0.00289 -> 0.00323 value (0.22 at day 9 00:00:30)
            metric.instance api "error_ratio" since day 10 00:00:00, 0.00294 -> 0.00438 value (1.00 at day 10 06:00:30)
            metric.level api "error_ratio" since day 10 00:00:00, 0.003 -> 0.00338 value (0.31 at day 10 07:55:30)
            metric.level api "error_ratio" since day 10 00:00:00, 0.003 -> 0.00353 value (0.47 at day 10 10:35:30)
            metric.level api "error_ratio" since day 10 00:00:00, 0.003 -> 0.00348 value (0.97 at day 10 13:15:30)
            metric.instance api "error_ratio" since day 10 21:00:00, 0.00308 -> 0.0029 value (0.21 at day 11 00:00:30)
            metric.instance api "error_ratio" since day 11 15:00:00, 0.00323 -> 0.00291 value (0.21 at day 11 21:00:30)
        "#]],
    );
}

#[test]
fn one_instance_that_writes_a_line_far_more_often_than_its_siblings_is_told() {
    check_signals(
        r"
//- api.log
00:00:00..day 12 00:00:00 every ~2m  @api-1 GET /cart 200 {8..14}ms
00:00:00..day 12 00:00:00 every ~2m  @api-2 GET /cart 200 {8..14}ms
00:00:00..day 12 00:00:00 every ~2m  @api-3 GET /cart 200 {8..14}ms
00:00:00..day 12 00:00:00 every ~2h  @api-1 connection to the stock was reset, opened anew
00:00:00..day 12 00:00:00 every ~2h  @api-2 connection to the stock was reset, opened anew
00:00:00..day 10 00:00:00 every ~2h  @api-3 connection to the stock was reset, opened anew
day 10 00:00:00..day 12 00:00:00 every ~30m  @api-3 connection to the stock was reset, opened anew
",
        expect![[r#"
            log.value api "the duration in \"GET <path> <num> <dur>\"" since day 7 05:51:12, 10.8 -> 8.24 ms (0.25 at day 7 05:55:30)
            log.instance api "connection to the stock was reset, opened anew" since day 7 00:00:00, 13.4 -> 20 lines in one day (0.25 at day 8 00:00:30)
            log.instance api "connection to the stock was reset, opened anew" since day 10 00:00:00, 5.67 -> 14 lines in six hours (0.30 at day 10 06:00:30)
            log.instance api "connection to the stock was reset, opened anew" since day 10 12:00:00, 19.4 -> 30 lines in one day (0.24 at day 10 12:00:30)
            log.instance api "connection to the stock was reset, opened anew" since day 10 12:00:00, 22.2 -> 44 lines in one day (0.96 at day 11 00:00:30)
        "#]],
    );
}
