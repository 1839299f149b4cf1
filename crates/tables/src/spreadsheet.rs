//! Spreadsheets (.xlsx, ECMA-376) as separated text.
//!
//! Such a file is a zip archive, and a few kilobytes of it can grow to many gigabytes. So each part is unpacked and counted
//! first, with nothing kept, and only a file within its limits is opened.

use std::io::{self, Read, Seek, Write};

use calamine::{DataRef, Reader, Xlsx, open_workbook_from_rs};

/// What a spreadsheet may have at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpreadsheetLimits {
    /// Of all parts, unpacked.
    pub unpacked_bytes: u64,
    /// Of the texts that all sheets share: they have to be held while a sheet is read.
    pub shared_bytes: u64,
    pub parts: usize,
    pub cells: u32,
}

impl Default for SpreadsheetLimits {
    fn default() -> Self {
        Self { unpacked_bytes: 1024 * 1024 * 1024, shared_bytes: 48 * 1024 * 1024, parts: 2_000, cells: 16_384 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SpreadsheetError {
    #[error("the file cannot be opened as a spreadsheet: {0}; open it in a spreadsheet program and save it as CSV")]
    Unreadable(String),
    #[error("the file would unpack to more than {limit} MB; save the sheet as CSV")]
    TooLarge { limit: u64 },
    #[error("the file has no sheet with rows")]
    NoSheet,
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Whether a file begins as a zip archive does.
pub fn is_spreadsheet(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04")
}

/// A spreadsheet within its limits.
pub struct Spreadsheet<R: Read + Seek> {
    book: Xlsx<R>,
    limits: SpreadsheetLimits,
}

impl<R: Read + Seek> Spreadsheet<R> {
    /// # Errors
    /// `TooLarge` for an archive that grows beyond its limits, `Unreadable` for what is no spreadsheet.
    pub fn open(mut file: R, limits: SpreadsheetLimits) -> Result<Self, SpreadsheetError> {
        check_size(&mut file, limits)?;
        file.rewind()?;
        let book = open_workbook_from_rs(file).map_err(|error: calamine::XlsxError| unreadable(error))?;
        Ok(Self { book, limits })
    }

    pub fn sheets(&self) -> Vec<String> {
        self.book.sheet_names()
    }

    /// Writes the first sheet that has rows as UTF-8 with commas, a line for each row from the first on; returns its name.
    ///
    /// # Errors
    /// `NoSheet`, or what the reader or the writer says.
    pub fn to_text(&mut self, into: &mut impl Write) -> Result<String, SpreadsheetError> {
        for name in self.sheets() {
            if self.sheet(&name, into)? {
                return Ok(name);
            }
        }
        Err(SpreadsheetError::NoSheet)
    }

    fn sheet(&mut self, name: &str, into: &mut impl Write) -> Result<bool, SpreadsheetError> {
        let widest = self.limits.cells;
        let mut reader = self.book.worksheet_cells_reader(name).map_err(unreadable)?;
        let (mut cells, mut row, mut text, mut any) = (Vec::<String>::new(), 0_u32, String::new(), false);
        while let Some(cell) = reader.next_cell().map_err(unreadable)? {
            let (at, column) = cell.get_position();
            let value = words(cell.get_value());
            if value.is_empty() || column >= widest || at < row {
                continue;
            }
            any = true;
            // Rows without cells are lines without text, so that numbers of rows stay what people see.
            while row < at {
                line(&mut cells, &mut text, into)?;
                row += 1;
            }
            let column = column as usize;
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            cells[column] = value;
        }
        if any {
            line(&mut cells, &mut text, into)?;
        }
        Ok(any)
    }
}

fn line(cells: &mut Vec<String>, text: &mut String, into: &mut impl Write) -> io::Result<()> {
    text.clear();
    // Nothing is guarded here: this text is read by us.
    for (n, cell) in cells.iter().enumerate() {
        text.push_str(if n > 0 { "," } else { "" });
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push('\n');
    cells.clear();
    into.write_all(text.as_bytes())
}

/// As a person reads the cell.
fn words(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::Int(number) => number.to_string(),
        // Whole numbers, such as telephone numbers, without a fraction or an exponent.
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, ..) = at.to_ymd_hms_milli();
            if (hour, minute) == (0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
    }
}

fn unreadable(error: calamine::XlsxError) -> SpreadsheetError {
    SpreadsheetError::Unreadable(error.to_string())
}

/// Unpacks everything into nothing. The sizes that an archive states about itself are not believed.
fn check_size(file: &mut (impl Read + Seek), limits: SpreadsheetLimits) -> Result<(), SpreadsheetError> {
    let no_zip = |error: zip::result::ZipError| SpreadsheetError::Unreadable(error.to_string());
    let too_large = |bytes: u64| SpreadsheetError::TooLarge { limit: bytes / (1024 * 1024) };
    let mut archive = zip::ZipArchive::new(file).map_err(no_zip)?;
    if archive.len() > limits.parts {
        return Err(too_large(limits.unpacked_bytes));
    }
    let mut left = limits.unpacked_bytes;
    for n in 0..archive.len() {
        let part = archive.by_index(n).map_err(no_zip)?;
        // Everything but sheets is held in memory while a sheet is read.
        let sheet = part.name().map_err(no_zip)?.contains("worksheets/");
        let most = if sheet { left } else { left.min(limits.shared_bytes) };
        let count = io::copy(&mut part.take(most + 1), &mut io::sink())
            .map_err(|error| SpreadsheetError::Unreadable(error.to_string()))?;
        if count > most {
            return Err(too_large(if sheet { limits.unpacked_bytes } else { limits.shared_bytes }));
        }
        left -= count;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
