//! Lines that continue the record before them: stack traces of Java, Python, Go, Node, Rust, .NET and Ruby.
//!
//! Knows single lines; what came before is the caller's state. Refuses to know stamps.

use memchr::memmem;

use crate::text::after_blanks;

/// How a line without a stamp looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// A line of a stack trace, whatever stands before it.
    Trace,
    /// Indented, and nothing more.
    Indented,
    /// What may end or go on within a trace: an exception's name, a function's call. A record of its own elsewhere.
    MayEndTrace,
    /// The name of an exception with its package: it follows the record that it is about.
    Exception,
    /// Anything else.
    Plain,
}

/// What a trace's lines begin with when they are not indented.
const STARTS: &[&[u8]] = &[
    b"Caused by: ",
    b"caused by: ",
    b"Suppressed: ",
    b"Traceback (most recent call last)",
    b"During handling of the above exception",
    b"The above exception was the direct cause",
    b"goroutine ",
    b"created by ",
    b"stack backtrace:",
    b"note: run with `RUST_BACKTRACE",
    b"note: Some details are omitted, run with `RUST_BACKTRACE",
    b"--- End of ",
    b" ---> ",
    b"[signal SIG",
    b"Wrapped by: ",
    b"Stack trace:",
    b"[stacktrace]",
    b"*** Check failure stack trace",
];

/// How a line looks that has no stamp, or what follows a stamp.
pub(crate) fn look(line: &[u8]) -> Look {
    let Some(first) = line.first() else { return Look::Plain };
    if matches!(first, b' ' | b'\t') {
        return if is_frame(after_blanks(line)) || line.starts_with(b" ---> ") { Look::Trace } else { Look::Indented };
    }
    if is_start(line) || is_elided(line) || is_php_frame(line) {
        return Look::Trace;
    }
    if line.iter().all(|b| matches!(b, b'}' | b']' | b')' | b',' | b';' | b'"' | b' ')) {
        return Look::Indented;
    }
    match exception_name(line) {
        Some(name) if name.contains(&b'.') => Look::Exception,
        Some(_) => Look::MayEndTrace,
        None if is_call(line) || is_go_place(line) || is_class(line) || line.starts_with(b"exit status ") => {
            Look::MayEndTrace
        }
        None => Look::Plain,
    }
}

/// What no first line of a record begins with, so that it may be folded even behind a runtime's stamp.
pub(crate) fn is_sure(line: &[u8]) -> bool {
    match line.first() {
        Some(b' ' | b'\t') => is_frame(after_blanks(line)),
        Some(b'#') => is_php_frame(line),
        Some(b's' | b'n' | b'*') => is_start(line),
        Some(b'C' | b'c' | b'T' | b'D' | b'.') => {
            is_elided(line)
                || is_start(line) && (!line.starts_with(b"created") || memmem::find(line, b" in goroutine ").is_some())
        }
        Some(b'g' | b'[') => is_start(line),
        Some(b'/') => is_go_place(line),
        _ => false,
    }
}

fn is_start(line: &[u8]) -> bool {
    // Most lines are told by their first byte: this runs over each.
    if !matches!(
        line.first(),
        Some(b'C' | b'c' | b'S' | b'T' | b'D' | b'g' | b's' | b'n' | b'-' | b' ' | b'[' | b'W' | b'*')
    ) {
        return false;
    }
    match STARTS.iter().find(|start| line.starts_with(start)) {
        Some(&b"goroutine ") => line.ends_with(b"]:"),
        found => found.is_some(),
    }
}

/// `... 12 more`, `... 3 common frames omitted`.
fn is_elided(line: &[u8]) -> bool {
    line.strip_prefix(b"... ").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
}

/// `#0 /srv/cart.php(12): find()`, `#1 [internal function]: …`, `#2 {main}`.
fn is_php_frame(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"#") else { return false };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = rest.get(digits..).unwrap_or_default();
    let place = rest.starts_with(b" /") && memmem::find(rest, b"): ").is_some();
    digits > 0 && (place || rest.starts_with(b" {main}") || rest.starts_with(b" [internal function]"))
}

/// Whether a line is a function alone, as Go and its loggers print the frame before a place: `main.(*Cart).find`,
/// `net/http.HandlerFunc.ServeHTTP(...)`.
pub(crate) fn is_go_function(line: &[u8]) -> bool {
    line.contains(&b'.') && !line.iter().any(|b| matches!(b, b' ' | b'\t' | b'=' | b':'))
}

/// Whether a line is the place that follows a function in Go's traces.
pub(crate) fn is_indented_go_place(line: &[u8]) -> bool {
    line.first() == Some(&b'\t') && is_go_place(&line[1..])
}

/// Whether it is said here what was raised, as the frames that follow may show: "/srv/cart.rb:31:in `find': no cart
/// (KeyError)", `Error: no cart`.
pub(crate) fn is_raise(line: &[u8]) -> bool {
    line.starts_with(b"Error: ")
        || (memmem::find(line, b":in `").is_some() || memmem::find(line, b":in '").is_some()) && !line.contains(&b'\t')
}

/// Whether a Rust thread says here that it panicked; what it says of it stands on the next line.
pub(crate) fn is_rust_panic(line: &[u8]) -> bool {
    line.starts_with(b"thread '") && memmem::find(line, b" panicked at ").is_some()
}

/// A frame without its indentation: `at a.B.c(B.java:1)`, `File "x.py", line 1`, `/x.go:12 +0x1d`, `from x.rb:1:in`,
/// `12: core::panicking::panic`.
fn is_frame(frame: &[u8]) -> bool {
    match frame.first() {
        Some(b'a') => frame.starts_with(b"at ") && frame.len() > 3,
        Some(b'F') => frame.starts_with(b"File \""),
        Some(b'f') => frame.starts_with(b"from ") && memmem::find(frame, b":in ").is_some(),
        Some(b'C' | b'S') => frame.starts_with(b"Caused by: ") || frame.starts_with(b"Suppressed: "),
        Some(b'.') => is_elided(frame),
        Some(b'/') => memmem::find(frame, b".go:").is_some(),
        _ => false,
    }
}

/// The name of an exception that a line begins with: `java.lang.IllegalStateException: x`, `KeyError`, `a.b.FooError:
/// x`.
fn exception_name(line: &[u8]) -> Option<&[u8]> {
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$');
    let length = line.iter().take(160).take_while(|b| word(b)).count();
    let (name, after) = (&line[..length], line.get(length));
    if !matches!(after, None | Some(b':')) || !name.first().is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let ends = [&b"Exception"[..], b"Error", b"Throwable", b"Interrupt", b"Warning", b"Exit", b"Failure"];
    let named = ends.iter().any(|end| name.ends_with(end) && name.len() > end.len());
    named.then_some(name)
}

/// A place as Go prints it: `/srv/cart.go:12 +0x1d`.
fn is_go_place(line: &[u8]) -> bool {
    // The path has no blank: what comes behind one is not looked at.
    let first = &line[..memchr::memchr(b' ', line).unwrap_or(line.len())];
    if !first.contains(&b'/') {
        return false;
    }
    let Some(at) = memmem::find(first, b".go:") else { return false };
    let after = &line[at + 4..];
    let digits = after.iter().take_while(|b| b.is_ascii_digit()).count();
    first[..at].contains(&b'/') && digits > 0 && (after.len() == digits || after[digits..].starts_with(b" +0x"))
}

/// A class before a colon: `shop.errors.CartClosed: …`, as Python ends a traceback.
fn is_class(line: &[u8]) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_');
    let name = &line[..line.iter().take(160).take_while(|b| word(b)).count()];
    if !matches!(line.get(name.len()), None | Some(b':')) {
        return false;
    }
    let last = name.rsplit(|b| *b == b'.').next().and_then(|last| last.first());
    name.contains(&b'.') && last.is_some_and(u8::is_ascii_uppercase)
}

/// A call as Go prints its frames: `main.(*Server).serve(0xc000012345, 0x1)`.
fn is_call(line: &[u8]) -> bool {
    if !line.ends_with(b")") {
        return false;
    }
    let open = memchr::memchr(b'(', line);
    open.is_some_and(|at| at > 0 && !line[..at].contains(&b' ') && line[..at].contains(&b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_of_many_languages_are_known_by_their_lines() {
        for line in [
            "\tat org.shop.Cart.add(Cart.java:12)",
            "    at add (/srv/cart.js:3:9)",
            "   at Shop.Cart.Add() in Cart.cs:line 3",
            "Caused by: java.io.IOException: gone",
            "\t... 12 more",
            "Traceback (most recent call last):",
            "  File \"cart.py\", line 3, in add",
            "goroutine 12 [running]:",
            "\t/srv/cart.go:12 +0x1d",
            "\tfrom cart.rb:3:in `add'",
            "stack backtrace:",
        ] {
            assert_eq!(look(line.as_bytes()), Look::Trace, "{line}");
        }
        assert_eq!(look(b"java.lang.IllegalStateException: cart is empty"), Look::Exception);
        assert_eq!(look(b"KeyError: 'cart'"), Look::MayEndTrace);
        assert_eq!(look(b"main.(*Server).serve(0xc000012345)"), Look::MayEndTrace);
        assert_eq!(look(b"    cart.add(item)"), Look::Indented);
        for line in ["cart saved", "Error: cart not saved", "Exception", "goroutine leak found", "", "atomic"] {
            assert_eq!(look(line.as_bytes()), Look::Plain, "{line}");
        }
    }
}
