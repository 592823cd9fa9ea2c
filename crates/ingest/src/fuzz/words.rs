//! What strangers write where nobody expects it.

/// Numbers that are none, too long, too large, or just at an end of what fits.
pub(crate) const NUMBERS: &[&str] = &[
    "0", "-0", "-1", "1e999", "-1e999", "1e-999", "NaN", "nan", "Infinity", "-Infinity", "+Inf", "inf", "null", "1_000",
    "0x1F", "1.2.3", "1,5", ".", "-", "+", "00", "4294967295", "4294967296", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616", "99999999999999999999999999999999999999999", "340282366920938463463374607431768211456",
    "0.1e308", "1.7976931348623157e309", "5e-324", "9007199254740993", "1e18", "1795341600", "1795341600123",
    "1795341600123456789", "-1795341600", "٣", "１２",
];

/// Moments that do not exist, came twice, or lie where no clock reaches.
pub(crate) const TIMES: &[&str] = &[
    "2026-11-22T23:59:60Z", "2016-12-31T23:59:60Z", "2026-02-29T10:00:00Z", "2024-02-29T10:00:00Z",
    "2026-13-45T99:99:99Z", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z",
    "2262-04-11T23:47:16.854775807Z", "2262-04-12T00:00:00Z", "1677-09-21T00:12:43Z", "1677-09-20T00:00:00Z",
    "-2026-11-22T10:00:00Z", "+12026-11-22T10:00:00Z", "99999-11-22T10:00:00Z", "2026-03-29 02:30:00",
    "2026-10-25 02:30:00", "2026-11-22T10:00:00+99:99", "2026-11-22T10:00:00-24:00", "2026-11-22T24:00:00Z",
    "2026-11-22T10:00:00.0000000000000000000000001Z", "Feb 29 10:00:00", "Feb 30 10:00:00", "Dec 31 23:59:59",
    "Jan  1 00:00:00", "Nov 22 10:00:00", "1122 10:00:00", "I1122 10:00:00.000001", "11-22 10:00:00.811",
    "22/Nov/2026:10:00:00 +0000", "Sun Nov 22 10:00:00 2026", "10:00:00", "1969-12-31T23:59:59Z",
    "99999999999999999999", "-9223372036854775808", "9223372036854775807", "1e30", "0", "2026-11-22",
    "2026-11-22T10:00:00Z[Europe/Berlin]", "2026-W47-7T10:00:00Z", "2026-326T10:00:00Z", "20261122T100000Z",
];

/// Pieces that mean something to one parser or another.
pub(crate) const PIECES: &[&str] = &[
    "\"", "'", "`", "\\", "\\\"", "\\u", "\\ud800", "\\udc00", "\\u0000", "\\x41", "\\q", "{", "}", "[", "]", "(", ")", ",", ":",
    ";", "\t", "|", "=", "#", "<", ">", "&", "*", "!", "@", "%", "---\n", "...\n", "- ", "? ", "<<: *a\n", "&a [*a]",
    "!!binary x", "!<tag:x,2000:y> ", "{}", "[]", "[[[[", "{\"a\":", "}}}}", "\"\"", ",,,,", "\"a\":1,\"a\":2,",
    "\"time\":", "\"level\":", "\"message\":null,", "\u{feff}", "\u{2028}", "\u{2029}", "\u{85}", "\r", "\r\n", "\n\n",
    "\n", "\u{b}", "\u{c}", "\0", "\u{1b}[31m", "\u{1b}]0;x\u{7}", "\u{202e}", "\u{200b}", "\u{ad}", "\u{fffd}", "\u{1f600}",
    "ﬁ", "İ", "ß", "# EOF\n", "# HELP x y\n", "# TYPE x counter\n", "x_bucket{le=\"+Inf\"} 1\n", "# {a=\"b\"} 1 2\n",
    "__CURSOR=x\n", "\n\nMESSAGE\n", "resourceSpans", "resourceLogs", "resourceMetrics", "traceId", "spanID", "apiVersion: v1\n",
    "kind: List\n", "groups:\n- rules:\n  - alert: x\n", "noticed_at: ", "at java.lang.Thread.run(Thread.java:1)\n",
    "\tat x.y(z.java:1)\n", "Traceback (most recent call last):\n", "  File \"x\", line 1\n", "panic: x\n\ngoroutine 1 [running]:\n",
    "Caused by: x\n", "thread 'main' panicked at x:\n", "stdout F ", "stderr P ", "<34>1 ", "<999>", "<", "level=",
    "ts=", "time=", "msg=\"", "ERROR", "\"$ref\":", "e+", "-Inf", "true", "false", "0700", "../../..", "%s%n", "${x}",
    "{{x}}", "NAME AGE\n", "timestamp,value\n", "time,service,level,message\n", "\"a\nb\"",
];

/// What a line may end with, besides `\n`.
pub(crate) const ENDS: &[&str] = &["\r\n", "\r", "\u{2028}", "\u{85}", "\n\n", "\0\n", "", " \n", "\\n"];

/// Each doubles what the one before it holds.
pub(crate) const LAUGHS: &str = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
    c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n\
    f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\ngroups: [*g,*g]\n";
