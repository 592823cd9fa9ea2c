//! The header of a log line: time, level, host, thread, class, as columns that were learnt from a file's first records.
//!
//! A column is accepted where nearly all records have it at that place; what could as well be the message's first words
//! (a bare word, a bare number) only where something certain follows it. What remains behind the last column is the
//! message. Refuses to know what messages mean, and never changes once it is learnt: a record that does not fit keeps
//! what fits and its rest is the message. Read [`Column`] first, then [`learn`].

use crate::level;
use crate::stamp::{Read, Shape, Stamp, Stamps};

mod learn;
mod pieces;
mod roles;

pub(crate) use learn::{foreign_stamp, learn, learn_after};
pub(crate) use pieces::{Piece, leading_level};
pub(crate) use roles::Role;

use pieces::{skip_blanks, stamp_at, take};

/// One column of a header, and what its value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub piece: Piece,
    pub role: Role,
}

/// The columns of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub columns: Vec<Column>,
    /// Whether a record that does not fit all columns is news: nearly all of those learnt from did.
    pub strict: bool,
}

/// A range of bytes of a line.
pub(crate) type Range = (usize, usize);

/// A line taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The first stamp, if the line has one.
    pub stamp: Option<Read>,
    pub severity: u8,
    pub service: Range,
    pub instance: Range,
    pub trace: Range,
    pub thread: Range,
    pub class: Range,
    /// Where the header ends.
    pub end: usize,
    /// Where the message begins: behind the blanks after the header.
    pub message: usize,
    /// Whether all columns were there.
    pub fits: bool,
}

impl Header {
    /// Whether lines have a stamp.
    pub fn is_stamped(&self) -> bool {
        self.columns.iter().any(|c| matches!(c.piece, Piece::Stamp(_)))
    }

    /// Whether a column names the severity.
    pub fn has_level(&self) -> bool {
        self.columns.iter().any(|c| matches!(c.piece, Piece::Level | Piece::Priority | Piece::Stamp(Shape::Klog)))
    }

    /// Whether lines have no stamp and begin with their severity, so that what does not is no record's first line.
    pub fn is_led_by_level(&self) -> bool {
        self.columns.first().is_some_and(|c| c.piece == Piece::Level) && !self.is_stamped()
    }

    /// Whether a column names the service.
    pub fn names_service(&self) -> bool {
        self.columns.iter().any(|c| matches!(c.role, Role::Service | Role::ServiceFirst | Role::Composed))
    }

    /// Takes a line apart.
    #[inline]
    pub fn cut(&self, line: &[u8], stamps: &mut Stamps) -> Cut {
        let mut cut = Cut { fits: true, ..Cut::default() };
        let mut at = 0;
        for column in &self.columns {
            if let Piece::Stamp(shape) = column.piece {
                match stamp_at(line, at, |bytes| stamps.read(shape, bytes), |read| read.length) {
                    Some((read, next, from)) => {
                        at = next;
                        cut.stamp = cut.stamp.or(Some(read));
                        if shape == Shape::Klog && cut.severity == 0 {
                            cut.severity = level::of_letter(line[from]).unwrap_or(0);
                        }
                        continue;
                    }
                    None => return cut.short(line, at, column.piece),
                }
            }
            let Some(taken) = take(column.piece, line, at) else {
                return cut.short(line, at, column.piece);
            };
            if taken.severity > 0 && cut.severity == 0 {
                cut.severity = taken.severity;
            }
            cut.name(column.role, taken.value, line);
            at = taken.next;
        }
        (cut.end, cut.message) = (at, skip_blanks(line, at));
        // A logger without a name leaves its colon (Ruby's `INFO -- : text`).
        if line[cut.message..].starts_with(b": ") && at > 0 {
            cut.message = skip_blanks(line, cut.message + 2);
        }
        cut
    }

    /// The severity that stands in one of the header's brackets, where no column is one of severities.
    pub fn level_in_groups(&self, line: &[u8]) -> u8 {
        let mut at = 0;
        for column in &self.columns {
            let Some(taken) = take(column.piece, line, at) else { return 0 };
            let inner = &line[taken.value.0..taken.value.1];
            if column.piece == Piece::Group
                && let Some(severity) = level::of_word(inner.trim_ascii())
            {
                return severity;
            }
            at = taken.next;
        }
        0
    }

    /// The stamp of a line, unresolved.
    pub fn stamp(&self, line: &[u8]) -> Option<Stamp> {
        let mut at = 0;
        for column in &self.columns {
            match column.piece {
                Piece::Stamp(shape) => {
                    return stamp_at(line, at, |b| shape.read(b), |s| s.length).map(|(stamp, ..)| stamp);
                }
                piece => at = take(piece, line, at)?.next,
            }
        }
        None
    }

    /// A header of pieces that say nothing but themselves, as a grammar gives them.
    pub fn of(pieces: &[Piece]) -> Header {
        let role = |piece: &Piece| match piece {
            Piece::Program => Role::Service,
            Piece::Word => Role::Instance,
            _ => Role::Nothing,
        };
        Header { columns: pieces.iter().map(|p| Column { piece: *p, role: role(p) }).collect(), strict: false }
    }

    /// Gives the first column of a kind its role.
    pub fn give(&mut self, piece: Piece, role: Role) {
        if let Some(column) = self.columns.iter_mut().find(|c| c.piece == piece) {
            column.role = role;
        }
    }

    /// In words for people.
    pub fn told(&self) -> String {
        let columns: Vec<&str> = self
            .columns
            .iter()
            .filter(|c| c.piece != Piece::Mark)
            .map(|c| c.role.words().unwrap_or(c.piece.words()))
            .collect();
        if columns.is_empty() { String::new() } else { format!("columns: {}", columns.join(", ")) }
    }
}

impl Cut {
    /// Ends before the columns do. Without a stamp nothing of the header is believed: the whole line is the message.
    fn short(mut self, line: &[u8], at: usize, missing: Piece) -> Cut {
        self.fits = false;
        if matches!(missing, Piece::Stamp(_)) && self.stamp.is_none() {
            return Cut::default();
        }
        (self.end, self.message) = (at, skip_blanks(line, at));
        self
    }
}
