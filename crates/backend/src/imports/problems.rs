//! What was wrong with which rows, to look at and to take away.

use domain::{ids::ImportId, imports::ImportPlan};
use storage::imports::Import as ImportRow;
use tables::{Batch, write_row};
use wire::{
    imports::{FilePart, ImportProblem},
    page::{Page, PageQuery},
};

use super::{
    files::Files,
    preview::start_of,
    reading::{ROWS_AT_ONCE, RowProblem, csv_of, header_of},
};
use crate::{Actor, Backend, error::BackendError};

/// Problems of one part of the file that a person takes away.
const ROWS_OF_A_PART: usize = 5_000;

const TEMPLATE: &str = "Name,Mobile,Other number,Extension,Country,E-mail,Language,Pincode,Priority,Source,Do not call,Budget,Remarks\r\n\
    Asha Verma,+919812300021,040 2345 6789,12,IN,asha@example.com,Hindi,500001,50,Fair,no,70 lakh,Prefers evenings\r\n";

impl Backend {
    /// In the order of the rows. A page holds what was noted together.
    pub async fn list_import_problems(
        &self,
        actor: &Actor,
        id: ImportId,
        query: PageQuery,
    ) -> Result<Page<ImportProblem>, BackendError> {
        let row = self.import_row(actor, id).await?;
        let at = place_of(query.cursor.as_deref())?;
        let limit = query.limit.unwrap_or(50).clamp(1, 200) as usize;
        let files = self.import_files(id);
        let plan = plan_of(&row);
        let read = move || -> std::io::Result<(Vec<ImportProblem>, Option<String>)> {
            let header = plan.as_ref().map_or_else(|| Ok(Vec::new()), |plan| header(&files, plan, row.bytes))?;
            let (problems, next) = some(&files, at, row.problems_bytes, limit)?;
            let shown = problems.into_iter().map(|one| shown(one, &header)).collect();
            Ok((shown, next.map(|(frame, skip)| format!("{frame}.{skip}"))))
        };
        let (items, next) = off_thread(read).await?;
        Ok(Page { items, next })
    }

    /// Row number, column, reason, and the row as it was given, as CSV without formulas. Parts follow each other by their cursor.
    pub async fn import_problem_rows(
        &self,
        actor: &Actor,
        id: ImportId,
        query: PageQuery,
    ) -> Result<FilePart, BackendError> {
        let row = self.import_row(actor, id).await?;
        let at = place_of(query.cursor.as_deref())?;
        let files = self.import_files(id);
        let file_name = format!("{} - rows with problems.csv", stem(&row.file_name));
        let plan = plan_of(&row).ok_or(BackendError::Conflict("the import was neither rehearsed nor run"))?;
        let read = move || -> std::io::Result<(String, Option<String>)> {
            let (problems, next) = some(&files, at, row.problems_bytes, ROWS_OF_A_PART)?;
            let text = given_rows(&files, &plan, row.bytes, &problems, at == (0, 0))?;
            Ok((text, next.map(|(frame, skip)| format!("{frame}.{skip}"))))
        };
        let (text, next) = off_thread(read).await?;
        self.audit(actor, "import.problems", &id.to_string(), serde_json::json!({})).await;
        Ok(FilePart { file_name, text, next })
    }

    /// A file with every column that means something by itself.
    pub fn import_template(&self, actor: &Actor) -> Result<FilePart, BackendError> {
        actor.must_supervise()?;
        Ok(FilePart { file_name: "leads.csv".to_owned(), text: TEMPLATE.to_owned(), next: None })
    }
}

async fn off_thread<T: Send + 'static>(
    read: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, BackendError> {
    let read = tokio::task::spawn_blocking(read).await.map_err(|error| BackendError::Internal(error.to_string()))?;
    read.map_err(|_| BackendError::Conflict("the file is not kept any more"))
}

/// Where the next page begins: the frame, and the problems of it that were seen.
fn place_of(cursor: Option<&str>) -> Result<(u64, usize), BackendError> {
    let Some(cursor) = cursor else { return Ok((0, 0)) };
    let place = cursor.split_once('.').and_then(|(frame, skip)| Some((frame.parse().ok()?, skip.parse().ok()?)));
    place.ok_or_else(|| BackendError::field("cursor", "expected a cursor that this list gave out"))
}

fn plan_of(row: &ImportRow) -> Option<ImportPlan> {
    row.plan.clone().and_then(|plan| serde_json::from_value(plan).ok())
}

type Place = (u64, usize);

fn some(files: &Files, at: Place, length: u64, most: usize) -> std::io::Result<(Vec<RowProblem>, Option<Place>)> {
    let (mut frame, mut skip) = at;
    let mut found = Vec::new();
    while let Some((plain, next)) = files.problems(frame, length)? {
        let all: Vec<RowProblem> = serde_json::from_slice(&plain).map_err(std::io::Error::other)?;
        let room = most - found.len();
        let rest = all.get(skip..).unwrap_or_default();
        found.extend_from_slice(&rest[..rest.len().min(room)]);
        if rest.len() > room {
            return Ok((found, Some((frame, skip + room))));
        }
        (frame, skip) = (next, 0);
    }
    Ok((found, None))
}

fn shown(problem: RowProblem, header: &[String]) -> ImportProblem {
    ImportProblem {
        row: problem.row,
        column: problem.column.and_then(|column| header.get(column as usize).cloned()),
        reason: problem.reason,
        left_out: problem.reason.left_out(),
    }
}

fn header(files: &Files, plan: &ImportPlan, bytes: u64) -> std::io::Result<Vec<String>> {
    let start = start_of(files, bytes)?;
    let (mut csv, mut batch) = (csv_of(plan), Batch::default());
    csv.push(&start, &mut batch);
    csv.finish(&mut batch);
    Ok(batch.rows().find(|row| row.bad().is_none()).map(|row| header_of(plan, row)).unwrap_or_default())
}

fn stem(file_name: &str) -> &str {
    file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem)
}

/// Both the problems and the file are in the order of the rows, so one reading finds them all.
fn given_rows(
    files: &Files,
    plan: &ImportPlan,
    bytes: u64,
    problems: &[RowProblem],
    first: bool,
) -> std::io::Result<String> {
    use std::io::Read as _;
    let header = header(files, plan, bytes)?;
    let mut text = String::new();
    if first {
        // Spreadsheets take a file for UTF-8 by this mark.
        text.push('\u{feff}');
        write_row(
            ["Row", "Column", "Reason", "Taken in"].into_iter().chain(header.iter().map(String::as_str)),
            &mut text,
        );
    }
    let (mut file, _) = files.text(bytes)?;
    let (mut csv, mut batch, mut buffer) = (csv_of(plan), Batch::default(), vec![0; 256 * 1024]);
    let mut left = problems.iter().peekable();
    while left.peek().is_some() {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            csv.finish(&mut batch);
        } else {
            csv.push(&buffer[..count], &mut batch);
        }
        if batch.len() < ROWS_AT_ONCE && count > 0 {
            continue;
        }
        for row in batch.rows() {
            while let Some(problem) = left.next_if(|problem| problem.row <= row.number()) {
                if problem.row < row.number() {
                    continue;
                }
                let column = problem.column.and_then(|column| header.get(column as usize)).map_or("", String::as_str);
                let (number, reason) = (problem.row.to_string(), problem.reason.words());
                let taken = if problem.reason.left_out() { "no" } else { "yes" };
                write_row([number.as_str(), column, reason, taken].into_iter().chain(row.cells()), &mut text);
            }
        }
        batch = Batch::default();
        if count == 0 {
            break;
        }
    }
    Ok(text)
}
