//! Rows that are handed on together.

/// Why a row has no cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Bad {
    #[error("a quotation mark opens a cell here and none closes it")]
    QuoteNotClosed,
    #[error("the line is longer than a row may be")]
    TooLong,
    #[error("the row has more cells than a row may have")]
    TooManyCells,
    #[error("the row holds the character NUL")]
    Nul,
    #[error("the row holds bytes that are no text in this encoding")]
    Encoding,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    row: u64,
    line: u64,
    cells: (u32, u32),
    bad: Option<Bad>,
}

/// Rows whose cells share one text, so that a row costs no allocation.
#[derive(Debug, Default)]
pub struct Batch {
    text: String,
    /// Where each cell ends in `text`; it begins where the one before ends.
    ends: Vec<u32>,
    rows: Vec<Span>,
}

/// One row of a [`Batch`].
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    batch: &'a Batch,
    span: Span,
}

impl<'a> Row<'a> {
    /// Counts rows from 1 as a spreadsheet does: the header and blank ones among them.
    pub const fn number(&self) -> u64 {
        self.span.row
    }

    /// Counts lines of the file from 1.
    pub const fn line(&self) -> u64 {
        self.span.line
    }

    pub const fn bad(&self) -> Option<Bad> {
        self.span.bad
    }

    pub fn cells(&self) -> impl ExactSizeIterator<Item = &'a str> + Clone + use<'a> {
        let (batch, (from, to)) = (self.batch, self.span.cells);
        (from as usize..to as usize).map(|n| batch.cell(n))
    }
}

impl Batch {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes that the cells take.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * 4
    }

    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|span| Row { batch: self, span: *span })
    }

    fn cell(&self, n: usize) -> &str {
        let from = n.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let to = self.ends.get(n).map_or(from, |end| *end as usize);
        self.text.get(from..to).unwrap_or_default()
    }

    pub(crate) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    pub(crate) fn end_cell(&mut self) {
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub(crate) fn begin_row(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn end_row(&mut self, from: u32, row: u64, line: u64) {
        let to = self.begin_row();
        self.rows.push(Span { row, line, cells: (from, to), bad: None });
    }

    /// Takes back the cells that were added since `from`.
    pub(crate) fn take_back(&mut self, from: u32) {
        self.ends.truncate(from as usize);
        let end = self.ends.last().map_or(0, |end| *end as usize);
        self.text.truncate(end);
    }

    /// A row that is none; cells of it that were added since `from` are taken back.
    pub(crate) fn bad_row(&mut self, from: u32, row: u64, line: u64, bad: Bad) {
        self.take_back(from);
        self.rows.push(Span { row, line, cells: (from, from), bad: Some(bad) });
    }
}
