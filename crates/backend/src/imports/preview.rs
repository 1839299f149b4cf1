//! The beginning of a file, and what its rows would become.

use std::{collections::BTreeMap, io::Read as _};

use domain::{
    ids::ImportId,
    imports::{
        ColumnRule, Columns, Draft, Duplicates, FileReading, ImportPlan, KnownWithin, Listed, Reason, guess_targets,
        read_row,
    },
    zone,
};
use tables::{Batch, Row, guess};
use wire::imports::{ImportPreview, ImportProblem, PreviewColumn, PreviewImport, PreviewLead, PreviewRow};

use super::{
    drive::check_plan,
    files::Files,
    reading::{csv_of, header_of, reason_of},
    state_of,
};
use crate::{Actor, Backend, error::BackendError};

/// So much of the file is looked at.
const START: u64 = 512 * 1024;
const ROWS: usize = 200;
const SHOWN_ROWS: usize = 20;
const SHOWN_SAMPLES: usize = 3;
/// Rows that guessing needs.
const GUESS_ROWS: usize = 50;

/// The beginning of the text of an import.
pub(super) fn start_of(files: &Files, bytes: u64) -> std::io::Result<Vec<u8>> {
    let (file, _) = files.text(bytes)?;
    let mut start = Vec::new();
    file.take(START).read_to_end(&mut start)?;
    Ok(start)
}

fn rows_of(plan: &ImportPlan, start: &[u8]) -> Batch {
    let mut csv = csv_of(plan);
    let mut batch = Batch::default();
    csv.push(start, &mut batch);
    // The last row may be cut; a file of one row is whole.
    if batch.len() < 2 || (start.len() as u64) < START {
        csv.finish(&mut batch);
    }
    batch
}

/// A plan by the looks of the file.
pub(super) fn guess_plan(start: &[u8], country: &str) -> ImportPlan {
    let reading = guess(start);
    let mut plan = ImportPlan {
        reading: FileReading {
            encoding: reading.encoding.name().to_owned(),
            separator: char::from(reading.separator).to_string(),
            header: reading.header,
        },
        columns: Vec::new(),
        country: country.to_owned(),
        campaign_id: None,
        source: None,
        duplicates: Duplicates::default(),
        known_within: KnownWithin::default(),
        listed: Listed::default(),
    };
    let batch = rows_of(&plan, start);
    let mut rows = batch.rows().filter(|row| row.bad().is_none()).peekable();
    let Some(first) = rows.peek() else { return plan };
    let header = header_of(&plan, *first);
    let samples: Vec<Vec<String>> = rows
        .skip(usize::from(plan.reading.header))
        .take(GUESS_ROWS)
        .map(|row| row.cells().map(ToOwned::to_owned).collect())
        .collect();
    let targets = guess_targets(&header, &samples, country);
    plan.columns = header.into_iter().zip(targets).map(|(column, target)| ColumnRule::new(column, target)).collect();
    plan
}

impl Backend {
    /// Without a plan, the last one of the source is taken if it fits, else one is guessed.
    pub async fn preview_import(
        &self,
        actor: &Actor,
        id: ImportId,
        body: PreviewImport,
    ) -> Result<ImportPreview, BackendError> {
        let row = self.import_row(actor, id).await?;
        if state_of(&row)? == domain::imports::ImportState::Uploading {
            return Err(BackendError::Conflict("the file is not complete yet"));
        }
        let files = self.import_files(id);
        let start = tokio::task::spawn_blocking(move || start_of(&files, row.bytes))
            .await
            .map_err(|error| BackendError::Internal(error.to_string()))?
            .map_err(|_| BackendError::Conflict("the file is not kept any more; begin another import with it"))?;
        let (plan, remembered) = match body.plan {
            Some(plan) => (plan, None),
            None => self.propose(actor, row.source.as_deref(), &start).await?,
        };
        Ok(preview(actor, plan, remembered, &start))
    }

    async fn propose(
        &self,
        actor: &Actor,
        source: Option<&str>,
        start: &[u8],
    ) -> Result<(ImportPlan, Option<String>), BackendError> {
        let guessed = guess_plan(start, &actor.country);
        let Some(source) = source else { return Ok((guessed, None)) };
        let kept = self.list_import_mappings(actor).await?.into_iter().find(|one| one.name == source);
        let Some(kept) = kept else { return Ok((guessed, None)) };
        // Encoding and separator are the file's own; what columns mean is remembered.
        let plan = ImportPlan { reading: guessed.reading.clone(), ..kept.plan };
        let batch = rows_of(&plan, start);
        let header = batch.rows().find(|row| row.bad().is_none()).map(|row| header_of(&plan, row)).unwrap_or_default();
        if Columns::fit(&plan, &header).is_err() {
            return Ok((guessed, None));
        }
        // Columns that are new since then are shown as they were guessed.
        let known = |rule: &ColumnRule| plan.columns.iter().any(|one| one.column.eq_ignore_ascii_case(&rule.column));
        let fresh: Vec<ColumnRule> = guessed.columns.into_iter().filter(|rule| !known(rule)).collect();
        let columns = plan.columns.iter().cloned().chain(fresh).collect();
        Ok((ImportPlan { columns, ..plan }, Some(kept.name)))
    }
}

fn preview(actor: &Actor, plan: ImportPlan, remembered: Option<String>, start: &[u8]) -> ImportPreview {
    let batch = rows_of(&plan, start);
    let header = batch.rows().find(|row| row.bad().is_none()).map(|row| header_of(&plan, row)).unwrap_or_default();
    let problems = match check_plan(&plan, Some(&header)) {
        Err(BackendError::InvalidFields(problems)) => problems,
        _ => Vec::new(),
    };
    let mut data = batch.rows();
    if plan.reading.header {
        data.by_ref().find(|row| row.bad().is_none());
    }
    let data: Vec<Row<'_>> = data.take(ROWS).collect();
    let columns = header
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let values = || data.iter().filter_map(|row| row.cells().nth(n)).filter(|value| !value.is_empty());
            PreviewColumn {
                name: name.clone(),
                samples: values().take(SHOWN_SAMPLES).map(|value| value.chars().take(120).collect()).collect(),
                filled: u32::try_from(values().count()).unwrap_or(u32::MAX),
                looked_at: u32::try_from(data.len()).unwrap_or(u32::MAX),
            }
        })
        .collect();
    let rows = match Columns::fit(&plan, &header) {
        Ok(fitted) => data.iter().take(SHOWN_ROWS).map(|row| shown(actor, &plan, &fitted, &header, *row)).collect(),
        Err(_) => Vec::new(),
    };
    ImportPreview { plan, remembered, columns, rows, problems }
}

fn shown(actor: &Actor, plan: &ImportPlan, columns: &Columns, header: &[String], row: Row<'_>) -> PreviewRow {
    let problem = |column: Option<u32>, reason: Reason| ImportProblem {
        row: row.number(),
        column: column.and_then(|column| header.get(column as usize).cloned()),
        reason,
        left_out: reason.left_out(),
    };
    if let Some(bad) = row.bad() {
        return PreviewRow { row: row.number(), lead: None, problems: vec![problem(None, reason_of(bad))] };
    }
    match read_row(columns, row.cells()) {
        Err(wrong) => {
            let problems = vec![problem(Some(wrong.column), wrong.what.into())];
            PreviewRow { row: row.number(), lead: None, problems }
        }
        Ok(draft) => {
            let problems = draft.notices.iter().map(|one| problem(Some(one.column), one.what.into())).collect();
            PreviewRow { row: row.number(), lead: Some(lead(actor, plan, draft)), problems }
        }
    }
}

fn lead(actor: &Actor, plan: &ImportPlan, draft: Draft) -> PreviewLead {
    let first = draft.numbers.first();
    let zone = first.and_then(|first| zone::zone_of(&first.number)).map_or(actor.zone.as_str(), |(zone, _)| zone);
    let phone = |found: &domain::imports::NumberFound| match &found.extension {
        Some(extension) => format!("{} ext. {extension}", found.number.as_str()),
        None => found.number.as_str().to_owned(),
    };
    let fields: BTreeMap<String, String> = draft.fields.into_inner();
    PreviewLead {
        zone: zone.to_owned(),
        phones: draft.numbers.iter().map(phone).collect(),
        name: draft.name.into_inner(),
        email: draft.email.map(domain::pii::Personal::into_inner),
        language: draft.language,
        priority: draft.priority,
        source: draft.source.or_else(|| plan.source.clone()),
        do_not_call: draft.do_not_call,
        fields,
    }
}
