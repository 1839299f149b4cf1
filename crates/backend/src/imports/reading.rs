//! From the bytes of a file to what its rows say: the part of an import that needs no database.

use std::io::Read;

use domain::imports::{Columns, Draft, ImportPlan, Reason, read_row};
use serde::{Deserialize, Serialize};
use storage::{Store, TenantScope, leads::bulk::NumberHash};
use tables::{Bad, Batch, Csv, Encoding, Limits, Row};

/// Rows that go through the steps together, and a little more: as many as a part that was read ends behind. They are one
/// transaction, and on SQLite whoever else writes waits for it.
pub const ROWS_AT_ONCE: usize = 2_560;
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;
const READ_AT_ONCE: usize = 32 * 1024;
/// More rows than this would take too much memory to find those that are in the file twice.
pub const MOST_ROWS: u64 = 5_000_000;

/// A row and what is wrong with it, as it is kept for those who ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    #[serde(rename = "r")]
    pub row: u64,
    /// Place of the column, from 0.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    #[serde(rename = "w")]
    pub reason: Reason,
}

/// A row that could become a lead.
#[derive(Debug)]
pub struct Candidate {
    pub row: u64,
    pub draft: Draft,
    pub hash: NumberHash,
}

/// Rows in their order.
#[derive(Debug, Default)]
pub struct Piece {
    /// All rows of it but the header and blank ones.
    pub rows: u64,
    pub candidates: Vec<Candidate>,
    pub problems: Vec<RowProblem>,
    /// Bytes of the file that were read up to here.
    pub bytes: u64,
}

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the file has more than 5 million rows; split it")]
    TooManyRows,
    #[error("the mapping does not fit the file: {0}")]
    Mapping(String),
    /// The receiver has stopped.
    #[error("stopped")]
    Stopped,
}

pub(super) fn reason_of(bad: Bad) -> Reason {
    match bad {
        Bad::QuoteNotClosed => Reason::QuoteNotClosed,
        Bad::TooLong => Reason::LineTooLong,
        Bad::TooManyCells => Reason::TooManyCells,
        Bad::Nul => Reason::Nul,
        Bad::Encoding => Reason::Encoding,
    }
}

pub(super) fn csv_of(plan: &ImportPlan) -> Csv {
    let encoding = Encoding::named(&plan.reading.encoding).unwrap_or(Encoding::Utf8);
    let separator = plan.reading.separator.bytes().next().unwrap_or(b',');
    Csv::new(encoding, separator, Limits::default())
}

/// The names of the columns: those of the header, or `Column 1` and so on for as many as the first row has.
pub(super) fn header_of(plan: &ImportPlan, first: Row<'_>) -> Vec<String> {
    if plan.reading.header {
        first.cells().map(ToOwned::to_owned).collect()
    } else {
        (1..=first.cells().len()).map(|n| format!("Column {n}")).collect()
    }
}

/// Reads a whole file. `send` gets the pieces in their order; its `false` ends the reading.
///
/// # Errors
/// See [`ReadingError`]; what was sent before stands.
pub fn read_file(
    store: &Store,
    scope: TenantScope,
    plan: &ImportPlan,
    mut file: impl Read,
    mut send: impl FnMut(Piece) -> bool,
) -> Result<(), ReadingError> {
    let mut csv = csv_of(plan);
    let mut buffer = vec![0; READ_AT_ONCE];
    let mut batch = Batch::default();
    let mut reader = RowReader { store, scope, plan, columns: None, rows: 0 };
    let mut bytes = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            csv.finish(&mut batch);
        } else {
            csv.push(&buffer[..count], &mut batch);
            bytes += count as u64;
        }
        let full = batch.len() >= ROWS_AT_ONCE || batch.bytes() >= BYTES_AT_ONCE;
        if full || (count == 0 && !batch.is_empty()) {
            let piece = reader.piece(&batch, bytes)?;
            batch = Batch::default();
            if !send(piece) {
                return Err(ReadingError::Stopped);
            }
        }
        if count == 0 {
            return if reader.columns.is_some() {
                Ok(())
            } else {
                Err(ReadingError::Mapping("it has no rows".to_owned()))
            };
        }
    }
}

struct RowReader<'a> {
    store: &'a Store,
    scope: TenantScope,
    plan: &'a ImportPlan,
    columns: Option<Columns>,
    rows: u64,
}

impl RowReader<'_> {
    fn piece(&mut self, batch: &Batch, bytes: u64) -> Result<Piece, ReadingError> {
        let mut piece = Piece { bytes, ..Piece::default() };
        for row in batch.rows() {
            if self.columns.is_none() && row.bad().is_none() {
                let columns = Columns::fit(self.plan, &header_of(self.plan, row)).map_err(|problems| {
                    let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
                    ReadingError::Mapping(words.join("; "))
                })?;
                self.columns = Some(columns);
                if self.plan.reading.header {
                    continue;
                }
            }
            piece.rows += 1;
            self.rows += 1;
            if self.rows > MOST_ROWS {
                return Err(ReadingError::TooManyRows);
            }
            self.row(row, &mut piece);
        }
        Ok(piece)
    }

    fn row(&self, row: Row<'_>, piece: &mut Piece) {
        let mut say = |column, reason| piece.problems.push(RowProblem { row: row.number(), column, reason });
        if let Some(bad) = row.bad() {
            return say(None, reason_of(bad));
        }
        let Some(columns) = &self.columns else { return };
        match read_row(columns, row.cells()) {
            Err(problem) => say(Some(problem.column), problem.what.into()),
            Ok(mut draft) => {
                for notice in draft.notices.drain(..) {
                    say(Some(notice.column), notice.what.into());
                }
                let Some(first) = draft.numbers.first() else { return };
                let hash = NumberHash::of(self.store, self.scope, first.number.as_str());
                piece.candidates.push(Candidate { row: row.number(), draft, hash });
            }
        }
    }
}
