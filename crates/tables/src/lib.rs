//! Tables that strangers made, as rows: encodings, comma-separated text, spreadsheets.
//!
//! Everything here reads a stream and holds a bounded part of it: [`Csv`] takes bytes in pieces of any size and gives
//! [`Batch`]es of rows, of which each is either cells or the reason why it is none ([`Bad`]). Nothing is skipped silently.

mod batch;
mod csv;
mod decode;
mod guess;
mod spreadsheet;
mod write;

pub use batch::{Bad, Batch, Row};
pub use csv::{Csv, Limits};
pub use decode::{Decoder, Encoding};
pub use guess::{Reading, guess};
pub use spreadsheet::{Spreadsheet, SpreadsheetError, SpreadsheetLimits, is_spreadsheet};
pub use write::write_row;
