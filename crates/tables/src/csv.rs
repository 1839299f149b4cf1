//! Text with separators, in the shapes that people's programs write (RFC 4180 and its many relatives).
//!
//! A line ends with LF, CR LF or CR, also mixed. A quoted cell may hold separators, doubled quotation marks and line ends. When
//! a quotation mark is never closed, only the line that opened it is lost: reading goes on behind that line.

use memchr::{memchr, memchr2, memchr3};

use crate::{Bad, Batch, Decoder, Encoding};

/// What a row may have at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub row_bytes: usize,
    pub cells: usize,
    /// Lines of one row, by line ends in quoted cells.
    pub lines: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { row_bytes: 256 * 1024, cells: 16_384, lines: 1_000 }
    }
}

/// Reads a file in pieces. What it holds is at most one row, and the piece.
pub struct Csv {
    decoder: Decoder,
    separator: u8,
    limits: Limits,
    /// Decoded text of which no row was made yet.
    rest: String,
    /// Within `rest`: where the search for the end of the row goes on.
    searched: usize,
    row: u64,
    line: u64,
    /// The present line is too long, and is read to its end without being kept.
    skipping: bool,
    /// A carriage return ended the last line: a line feed that follows belongs to it.
    after_return: bool,
}

impl Csv {
    /// `separator` is an ASCII character.
    pub fn new(encoding: Encoding, separator: u8, limits: Limits) -> Self {
        Self {
            decoder: Decoder::new(encoding),
            separator,
            limits,
            rest: String::new(),
            searched: 0,
            row: 0,
            line: 0,
            skipping: false,
            after_return: false,
        }
    }

    /// Adds the rows that are whole now.
    pub fn push(&mut self, bytes: &[u8], into: &mut Batch) {
        // A piece is decoded in parts, so that a compact encoding cannot grow it at once.
        for part in bytes.chunks(64 * 1024) {
            self.decoder.decode(part, false, &mut self.rest);
            self.rows(false, into);
        }
    }

    /// The end of the file: adds what is left.
    pub fn finish(&mut self, into: &mut Batch) {
        self.decoder.decode(&[], true, &mut self.rest);
        self.rows(true, into);
    }

    fn rows(&mut self, last: bool, into: &mut Batch) {
        let text = std::mem::take(&mut self.rest);
        let mut at = 0;
        loop {
            if self.after_return && at < text.len() {
                self.after_return = false;
                at += usize::from(text.as_bytes()[at] == b'\n');
            }
            if self.skipping {
                match line_end(&text, at) {
                    Some(end) => {
                        at = self.pass_end(&text, end);
                        self.skipping = false;
                        continue;
                    }
                    None => {
                        at = text.len();
                        break;
                    }
                }
            }
            if at >= text.len() {
                break;
            }
            match self.one(&text, at, last, into) {
                Some(next) => at = next,
                None => break,
            }
        }
        if last {
            at = text.len();
        }
        self.rest = text;
        self.rest.drain(..at);
        self.searched = self.searched.saturating_sub(at);
        // A long row that is over leaves its room behind.
        if self.rest.capacity() > 4 * self.limits.row_bytes + 256 * 1024 {
            self.rest.shrink_to(self.rest.len());
        }
    }

    /// Passes the line end at `end`; returns where the next line begins.
    fn pass_end(&mut self, text: &str, end: usize) -> usize {
        self.searched = 0;
        self.after_return = text.as_bytes()[end] == b'\r';
        end + 1
    }

    /// One row from `at`; `None` when its end is not there yet.
    fn one(&mut self, text: &str, at: usize, last: bool, into: &mut Batch) -> Option<usize> {
        let bytes = text.as_bytes();
        let first_end = match line_end(text, at.max(self.searched)) {
            Some(end) => end,
            None if last => text.len(),
            None => {
                self.searched = text.len();
                return self.too_long(text, at, into);
            }
        };
        if first_end - at > self.limits.row_bytes {
            self.say_bad(into, into.begin_row(), Bad::TooLong);
            return Some(self.ended(text, first_end, 1));
        }
        if memchr(b'"', &bytes[at..first_end]).is_none() {
            self.plain(&text[at..first_end], into);
            return Some(self.ended(text, first_end, 1));
        }
        self.quoted(text, at, first_end, last, into)
    }

    fn ended(&mut self, text: &str, end: usize, lines: u64) -> usize {
        self.line += lines;
        if end >= text.len() { text.len() } else { self.pass_end(text, end) }
    }

    /// The end of the line is not there: more is awaited, or it is too long already.
    fn too_long(&mut self, text: &str, at: usize, into: &mut Batch) -> Option<usize> {
        if text.len() - at <= self.limits.row_bytes {
            return None;
        }
        self.say_bad(into, into.begin_row(), Bad::TooLong);
        self.line += 1;
        self.skipping = true;
        Some(text.len())
    }

    fn say_bad(&mut self, into: &mut Batch, from: u32, bad: Bad) {
        self.row += 1;
        into.bad_row(from, self.row, self.line + 1, bad);
    }

    /// A line without a quotation mark.
    fn plain(&mut self, line: &str, into: &mut Batch) {
        if line.trim_matches([' ', '\t']).is_empty() {
            self.row += 1;
            return;
        }
        let from = into.begin_row();
        if let Some(bad) = unreadable(line) {
            return self.say_bad(into, from, bad);
        }
        let mut start = 0;
        let mut cells = 0;
        loop {
            let end = memchr(self.separator, &line.as_bytes()[start..]).map_or(line.len(), |end| start + end);
            into.text().push_str(line[start..end].trim());
            into.end_cell();
            cells += 1;
            if end == line.len() {
                break;
            }
            if cells == self.limits.cells {
                return self.say_bad(into, from, Bad::TooManyCells);
            }
            start = end + 1;
        }
        self.row += 1;
        into.end_row(from, self.row, self.line + 1);
    }

    /// A row with quotation marks, which may go over several lines.
    fn quoted(&mut self, text: &str, at: usize, first_end: usize, last: bool, into: &mut Batch) -> Option<usize> {
        let bytes = text.as_bytes();
        let from = into.begin_row();
        let (mut pos, mut lines, mut cells) = (at, 1_u64, 0);
        let room = self.limits.row_bytes;
        let end = loop {
            // At the beginning of a cell.
            let blanks = bytes[pos..].iter().take_while(|byte| **byte == b' ').count();
            if bytes.get(pos + blanks) == Some(&b'"') {
                match quoted_cell(text, pos + blanks + 1, into.text()) {
                    Quoted::Closed { next, line_ends } => {
                        lines += line_ends;
                        // What stands behind the closing mark belongs to the cell.
                        let stop = memchr3(self.separator, b'\n', b'\r', &bytes[next..])
                            .map_or(text.len(), |stop| next + stop);
                        // Over several lines and then on behind the mark: it was the next cell's mark that closed it.
                        if line_ends > 0 && !text[next..stop].trim().is_empty() {
                            return Some(self.not_closed(text, first_end, from, into));
                        }
                        into.text().push_str(text[next..stop].trim_end());
                        pos = stop;
                    }
                    Quoted::Open { line_ends } => {
                        let over = text.len() - at > room || lines + line_ends > self.limits.lines as u64;
                        if !last && !over {
                            into.take_back(from);
                            return None;
                        }
                        return Some(self.not_closed(text, first_end, from, into));
                    }
                }
            } else {
                let stop = memchr3(self.separator, b'\n', b'\r', &bytes[pos..]).map_or(text.len(), |stop| pos + stop);
                into.text().push_str(text[pos..stop].trim());
                pos = stop;
            }
            into.end_cell();
            cells += 1;
            if pos - at > room || lines > self.limits.lines as u64 {
                return Some(self.not_closed(text, first_end, from, into));
            }
            match bytes.get(pos) {
                Some(byte) if *byte == self.separator => pos += 1,
                Some(_) => break pos,
                None if last => break pos,
                // The row ends in what is to come.
                None => {
                    into.take_back(from);
                    return None;
                }
            }
        };
        let bad = unreadable(&text[at..end]).or((cells > self.limits.cells).then_some(Bad::TooManyCells));
        match bad {
            Some(bad) => self.say_bad(into, from, bad),
            None => {
                self.row += 1;
                into.end_row(from, self.row, self.line + 1);
            }
        }
        Some(self.ended(text, end, lines))
    }

    /// Only the line that opened it is lost.
    fn not_closed(&mut self, text: &str, first_end: usize, from: u32, into: &mut Batch) -> usize {
        self.say_bad(into, from, Bad::QuoteNotClosed);
        self.ended(text, first_end, 1)
    }
}

fn line_end(text: &str, from: usize) -> Option<usize> {
    memchr2(b'\n', b'\r', &text.as_bytes()[from..]).map(|end| from + end)
}

fn unreadable(line: &str) -> Option<Bad> {
    if memchr(0, line.as_bytes()).is_some() {
        Some(Bad::Nul)
    } else if memchr::memmem::find(line.as_bytes(), "\u{fffd}".as_bytes()).is_some() {
        Some(Bad::Encoding)
    } else {
        None
    }
}

enum Quoted {
    /// `next` is behind the closing mark.
    Closed {
        next: usize,
        line_ends: u64,
    },
    Open {
        line_ends: u64,
    },
}

/// The text of a quoted cell from behind its opening mark.
fn quoted_cell(text: &str, from: usize, into: &mut String) -> Quoted {
    let bytes = text.as_bytes();
    let (mut pos, mut line_ends) = (from, 0);
    loop {
        let Some(mark) = memchr(b'"', &bytes[pos..]).map(|mark| pos + mark) else {
            return Quoted::Open { line_ends: line_ends + count_lines(&bytes[pos..]) };
        };
        line_ends += count_lines(&bytes[pos..mark]);
        into.push_str(&text[pos..mark]);
        if bytes.get(mark + 1) == Some(&b'"') {
            into.push('"');
            pos = mark + 2;
        } else {
            return Quoted::Closed { next: mark + 1, line_ends };
        }
    }
}

/// CR LF counts once.
fn count_lines(bytes: &[u8]) -> u64 {
    let (mut count, mut before) = (0, 0);
    for byte in bytes {
        count += u64::from(*byte == b'\r' || (*byte == b'\n' && before != b'\r'));
        before = *byte;
    }
    count
}

#[cfg(test)]
mod tests;
