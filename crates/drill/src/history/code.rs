//! The source code of the shop: for each line of its tables the statement that says it, in the language of its service.
//!
//! The code is small and does nothing; but the statement, its text and its level are those of the line that the evidence
//! shows, and the comments above some of them are the promises that incidents break. Read [`statement`] first.

use crate::shop::lines::{Level, Line};

/// A language, by the service that is written in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The shopfront's.
    TypeScript,
    /// The checkout's.
    Java,
    /// The payments'.
    Python,
    /// The warehouse's and the mailer's.
    Go,
    /// Settings, tables, locks: no code.
    Plain,
}

/// What people once promised, above the statement that would tell of its breaking.
const PROMISES: &[(&str, &str)] = &[
    (
        "warehouse.long",
        "A pick list never has more than forty lines: the printer's page ends there. Should never happen.",
    ),
    ("warehouse.handles", "An instance may open 1,024 files, which is more than we will ever need. TODO: count them."),
    ("warehouse.unrenewed", "TODO: page somebody if this comes twice. For now the next night always mends it."),
    ("warehouse.reordered", "The run is always over long before the evening."),
    ("warehouse.stuck", "Cannot happen as long as every list is printed whole."),
    ("payments.borrowed", "Nobody waits for a connection: the pool is five times what we ever use."),
    ("payments.wobbled", "Workaround: cardway has bad minutes, so ask once more. Remove when they have mended it."),
    ("payments.reopened", "HACK: a connection that was reset is opened anew and nobody counts it."),
    ("checkout.again", "Asking twice does no harm: payments nearly always answers at once."),
    ("checkout.rounded", "Sums have two decimals, always: we sell in euros. The cent is ours if not."),
    ("checkout.unrounded", "Assumes that every currency rounds to the cent."),
    ("shopfront.waited", "There are always free workers; this is here for the day on which there are not."),
];

/// The promise above a line, if there is one.
fn promise(line: &Line) -> Option<&'static str> {
    PROMISES.iter().find(|(id, _)| *id == line.id).map(|(_, text)| *text)
}

/// Whether somebody of the shop wrote the code that says a line: not that of the database, of the queue or of the cache, and
/// nothing that an operator typed.
pub fn is_ours(line: &Line) -> bool {
    language(line.service) != Language::Plain && !line.id.starts_with("manual.")
}

/// The language of a service.
pub fn language(service: &str) -> Language {
    match service {
        "shopfront" => Language::TypeScript,
        "checkout" => Language::Java,
        "payments" => Language::Python,
        "warehouse" | "mailer" => Language::Go,
        _ => Language::Plain,
    }
}

/// The language of a file, by its ending.
pub fn of_path(path: &str) -> Language {
    match path.rsplit('.').next() {
        Some("ts" | "tsx") => Language::TypeScript,
        Some("java") => Language::Java,
        Some("py") => Language::Python,
        Some("go") => Language::Go,
        _ => Language::Plain,
    }
}

/// The file in which a line's statement stands.
pub fn path(line: &Line) -> String {
    let logger = line.logger.replace('.', "/");
    match language(line.service) {
        Language::TypeScript => format!("lib/{logger}.ts"),
        Language::Java => format!("src/main/java/shop/hollyhock/checkout/{logger}.java"),
        Language::Python => format!("{logger}.py"),
        Language::Go if line.service == "mailer" => {
            let part = if line.text.starts_with("newsletter") { "newsletter" } else { "letters" };
            format!("mailer/{part}.go")
        }
        _ => format!("{logger}/{logger}.go"),
    }
}

/// The function that says a line, as it stood after so many edits.
pub fn statement(line: &Line, edits: usize) -> Vec<String> {
    let name = line.id.rsplit('.').next().unwrap_or(line.id).replace('_', "");
    let said = said(line);
    // Somebody keeps turning the same screw: a guard that is moved from edit to edit.
    let guard = 20 + 15 * edits;
    let (comment, mut lines) = match language(line.service) {
        Language::TypeScript => ("// ", typescript(&name, &said, edits, guard)),
        Language::Java => ("    // ", java(&name, &said, edits, guard)),
        Language::Python => ("# ", python(&name, &said, edits, guard)),
        Language::Go | Language::Plain => ("// ", go(&name, &said, edits, guard)),
    };
    if let Some(promise) = promise(line) {
        lines.insert(0, format!("{comment}{promise}"));
    }
    lines.push(String::new());
    lines
}

fn typescript(name: &str, said: &str, edits: usize, guard: usize) -> Vec<String> {
    let mut lines = vec![format!("export function {name}(e: Entry): void {{")];
    lines.extend((edits > 0).then(|| format!("  if (e.quiet > {guard}) return;")));
    lines.extend([format!("  {said}"), "}".to_string()]);
    lines
}

fn java(name: &str, said: &str, edits: usize, guard: usize) -> Vec<String> {
    let mut lines = vec![format!("    void {name}(Entry e) {{")];
    lines.extend((edits > 0).then(|| format!("        if (e.quiet() > {guard}) return;")));
    lines.extend([format!("        {said}"), "    }".to_string()]);
    lines
}

fn python(name: &str, said: &str, edits: usize, guard: usize) -> Vec<String> {
    let mut lines = vec![format!("def {name}(e):")];
    if edits > 0 {
        lines.extend([format!("    if e.quiet > {guard}:"), "        return".to_string()]);
    }
    lines.extend([format!("    {said}"), String::new()]);
    lines
}

fn go(name: &str, said: &str, edits: usize, guard: usize) -> Vec<String> {
    let mut lines = vec![format!("func {name}(e Entry) {{")];
    if edits > 0 {
        lines.extend([format!("\tif e.Quiet > {guard} {{"), "\t\treturn".to_string(), "\t}".to_string()]);
    }
    lines.extend([format!("\t{said}"), "}".to_string()]);
    lines
}

/// The statement itself, on one line.
fn said(line: &Line) -> String {
    let level = match line.level {
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    let named = places(line.text);
    let args =
        |prefix: &str, close: &str| -> String { named.iter().map(|name| format!(", {prefix}{name}{close}")).collect() };
    let fields = || line.fields.iter().map(|(name, _)| *name);
    match language(line.service) {
        Language::TypeScript => {
            let pairs: Vec<String> = fields().map(|name| format!("{name}: e.{name}")).collect();
            format!("log.{level}({:?}, {{ {} }});", line.text, pairs.join(", "))
        }
        Language::Java => format!("log.{level}({:?}{});", with(line.text, &named, "{}"), args("e.", "()")),
        Language::Python => {
            let level = if level == "warn" { "warning" } else { level };
            format!("log.{level}({:?}{})", with(line.text, &named, "%s"), args("e.", ""))
        }
        _ if line.service == "mailer" => {
            let text = format!("{} {}", level.to_uppercase(), with(line.text, &named, "%v"));
            format!("log.Printf({text:?}{})", args("e.", ""))
        }
        _ => {
            let pairs: String = fields().map(|name| format!(", {name:?}, e.{name}")).collect();
            let word = level[..1].to_uppercase() + &level[1..];
            format!("log.{word}({:?}{pairs})", line.text)
        }
    }
}

/// The places of a text.
fn places(text: &str) -> Vec<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// A text with its places as its language's logger writes them.
fn with(text: &str, places: &[&str], sign: &str) -> String {
    // What is no place must not be read as one.
    let text = if sign.starts_with('%') { text.replace('%', "%%") } else { text.to_string() };
    places.iter().fold(text, |text, name| text.replace(&format!("{{{name}}}"), sign))
}

/// What a file begins with, and what it ends with.
pub fn frame(path: &str) -> (Vec<String>, Vec<String>) {
    let stem = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or("file");
    let folder = path.rsplit('/').nth(1).unwrap_or("main");
    let lines = |all: &[&str]| all.iter().map(|l| l.to_string()).collect::<Vec<_>>();
    match of_path(path) {
        Language::TypeScript => (lines(&["import { log, type Entry } from './log';", ""]), Vec::new()),
        Language::Java => {
            let package = path.strip_prefix("src/main/java/").or(path.strip_prefix("src/test/java/")).unwrap_or(path);
            let package = package.rsplit_once('/').map_or("shop", |(folder, _)| folder).replace('/', ".");
            let head = vec![
                format!("package {package};"),
                String::new(),
                "import org.slf4j.Logger;".to_string(),
                "import org.slf4j.LoggerFactory;".to_string(),
                String::new(),
                format!("final class {stem} {{"),
                format!("    private static final Logger log = LoggerFactory.getLogger({stem}.class);"),
                String::new(),
            ];
            (head, lines(&["}"]))
        }
        Language::Python => (lines(&["import logging", "", "log = logging.getLogger(__name__)", "", ""]), Vec::new()),
        Language::Go => (vec![format!("package {folder}"), String::new()], Vec::new()),
        Language::Plain if path.ends_with(".yaml") => (vec![format!("{folder}:")], Vec::new()),
        Language::Plain => (Vec::new(), Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::lines;
    use expect_test::expect;

    #[test]
    fn each_language_says_the_line_as_its_logger_would() {
        let shown: Vec<String> = [
            "shopfront.plant",
            "checkout.accepted",
            "checkout.vouched",
            "payments.borrowed",
            "warehouse.long",
            "mailer.bounced",
        ]
        .iter()
        .map(|id| statement(lines::of(id), 1).join("\n"))
        .collect();
        expect![[r#"
            export function plant(e: Entry): void {
              if (e.quiet > 35) return;
              log.info("request served", { method: e.method, path: e.path, status: e.status, ms: e.ms, ip: e.ip });
            }

                void accepted(Entry e) {
                    if (e.quiet() > 35) return;
                    log.info("order {} accepted: {} items, {} EUR, {} ms", e.order(), e.n(), e.total(), e.ms());
                }

                void vouched(Entry e) {
                    if (e.quiet() > 35) return;
                    log.info("voucher {} taken for {}: {} % off", e.code(), e.where(), e.percent());
                }

            # Nobody waits for a connection: the pool is five times what we ever use.
            def borrowed(e):
                if e.quiet > 35:
                    return
                log.info("connection borrowed after %s ms", e.ms)


            // A pick list never has more than forty lines: the printer's page ends there. Should never happen.
            func long(e Entry) {
            	if e.Quiet > 35 {
            		return
            	}
            	log.Warn("pick list has more than forty lines, should never happen", "list", e.list, "lines", e.lines)
            }

            func bounced(e Entry) {
            	if e.Quiet > 35 {
            		return
            	}
            	log.Printf("WARN bounce from %v: mailbox unavailable", e.domain)
            }
        "#]]
        .assert_eq(&shown.join("\n"));
    }

    #[test]
    fn promises_stand_above_lines_that_there_are() {
        PROMISES.iter().for_each(|(id, _)| assert!(is_ours(lines::of(id)), "{id}"));
    }
}
