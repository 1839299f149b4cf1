//! A list of numbers as people send it: one number in each line of a text, or in one column of separated text.

use crate::{
    imports::{NumberProblem, read_numbers},
    phone_number::E164,
};

/// Lines that are read at once.
pub const MOST_LISTED: usize = 5_000;

/// What a line says. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedLine {
    pub line: u32,
    pub number: Result<E164, NumberProblem>,
}

/// Blank lines are passed over, and so is a first line without any digit: it names the columns. Of a line with several cells
/// the first that holds a number counts.
pub fn read_list(text: &str, country: &str) -> Vec<ListedLine> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let filled = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    filled
        .filter(|(n, line)| *n > 0 || line.bytes().any(|byte| byte.is_ascii_digit()))
        .map(|(n, line)| ListedLine { line: u32::try_from(n + 1).unwrap_or(u32::MAX), number: number(line, country) })
        .collect()
}

fn number(line: &str, country: &str) -> Result<E164, NumberProblem> {
    let mut problem = NumberProblem::Missing;
    for cell in line.split([',', ';', '\t', '|']).map(|cell| cell.trim().trim_matches('"').trim()) {
        match read_numbers(cell, country) {
            Ok(found) => {
                if let Some(first) = found.into_iter().next() {
                    return Ok(first.number);
                }
            }
            // What looks most like a number says best what is wrong.
            Err(found) if cell.bytes().filter(u8::is_ascii_digit).count() >= 5 => problem = found,
            Err(found) if problem == NumberProblem::Missing => problem = found,
            Err(_) => {}
        }
    }
    Err(problem)
}
