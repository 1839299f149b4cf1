//! A file comes in, part by part.

use std::io::Read as _;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    ids::ImportId,
    imports::{ImportEvent, ImportState},
};
use storage::{TenantScope, imports::Import as ImportRow};
use tables::{Spreadsheet, SpreadsheetLimits, is_spreadsheet};
use wire::imports::{BeginImport, Import, ImportPart};

use super::{
    files::{Files, MOST_PART, Which},
    go, state_of,
};
use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
};

/// Larger files are refused with a word about splitting them.
const MOST_BYTES: u64 = 8 * 1024 * 1024 * 1024;
/// Spreadsheets are opened whole, not read through.
const MOST_SPREADSHEET: u64 = 128 * 1024 * 1024;

pub(super) fn new_row(id: ImportId, file_name: String, bytes: u64, source: Option<String>) -> ImportRow {
    ImportRow {
        id,
        file_name,
        source,
        state: ImportState::Uploading.as_str().to_owned(),
        bytes,
        received: 0,
        plan: None,
        counts: serde_json::json!({}),
        rows_done: 0,
        problems_bytes: 0,
        places: None,
        searchable_to: None,
        failure: None,
        made_by: None,
        made_by_name: None,
        created_at: clock::now(),
        begun_at: None,
        finished_at: None,
        undo_until: None,
        version: 1,
    }
}

impl Backend {
    pub(crate) fn import_files(&self, id: ImportId) -> Files {
        Files::new(self.store(), &self.options().data_folder, id)
    }

    pub async fn begin_import(&self, actor: &Actor, body: BeginImport) -> Result<Import, BackendError> {
        actor.must_supervise()?;
        let mut checks = FieldChecks::default();
        checks.text(&body.file_name, 200, "file_name");
        checks.at_most(body.source.as_deref().unwrap_or_default(), 80, "source");
        checks.require(body.bytes > 0, "bytes", "the file is empty");
        checks.require(body.bytes <= MOST_BYTES, "bytes", "the file is larger than 8 GB; split it");
        checks.done()?;
        let source = body.source.map(|source| source.trim().to_owned()).filter(|source| !source.is_empty());
        let id = ImportId::new(clock::new_uuid());
        let row = ImportRow { made_by: Some(actor.user), ..new_row(id, body.file_name, body.bytes, source) };
        storage::imports::insert(self.store(), actor.scope, &row).await?;
        self.audit(actor, "import.begin", &id.to_string(), serde_json::json!({ "bytes": row.bytes })).await;
        self.get_import(actor, id).await
    }

    /// Keeps a part. One that was kept before, because its answer was lost, changes nothing.
    pub async fn add_import_part(&self, actor: &Actor, id: ImportId, body: ImportPart) -> Result<Import, BackendError> {
        let mut row = self.import_row(actor, id).await?;
        if state_of(&row)? != ImportState::Uploading {
            return Err(BackendError::Conflict("the file is complete already"));
        }
        let part = STANDARD
            .decode(body.data.as_bytes())
            .map_err(|_| BackendError::field("data", "expected base 64 with padding"))?;
        let length = part.len() as u64;
        let mut checks = FieldChecks::default();
        checks.require(!part.is_empty() && part.len() <= MOST_PART, "data", "expected 1 byte to 1 MiB");
        checks.require(body.offset + length <= row.bytes, "data", "more bytes than the file was said to have");
        checks.done()?;
        if body.offset + length <= row.received {
            return self.shown_import(row);
        }
        if body.offset != row.received {
            return Err(BackendError::Conflict(
                "the upload goes on at another place; read the import and send from `received`",
            ));
        }
        let files = self.import_files(id);
        let offset = body.offset;
        let kept = tokio::task::spawn_blocking(move || files.write_part(Which::Given, offset, &part));
        kept.await.map_err(|error| BackendError::Internal(error.to_string()))?.map_err(|error| {
            tracing::error!(%error, "a part of an import cannot be kept");
            BackendError::Unavailable
        })?;
        row.received += length;
        self.save_import(actor.scope, &mut row).await?;
        if row.received == row.bytes {
            self.file_complete(actor.scope, row).await?;
        }
        self.get_import(actor, id).await
    }

    /// A spreadsheet is turned into text once, in bounded memory and beside the requests; what is none in truth fails with the
    /// reason. The import is uploading until then.
    pub(super) async fn file_complete(&self, scope: TenantScope, mut row: ImportRow) -> Result<(), BackendError> {
        let files = self.import_files(row.id);
        let bytes = row.bytes;
        let broken = |error: tokio::task::JoinError| BackendError::Internal(error.to_string());
        let beginning = files.clone();
        let spreadsheet = tokio::task::spawn_blocking(move || begins_as_spreadsheet(&beginning, bytes)).await;
        let not_kept = |error: std::io::Error| BackendError::Internal(error.to_string());
        if !spreadsheet.map_err(broken)?.map_err(not_kept)? {
            go(&mut row, ImportEvent::FileComplete)?;
            return self.save_import(scope, &mut row).await;
        }
        let backend = self.clone();
        self.finishing().spawn(async move {
            let text = tokio::task::spawn_blocking(move || text_of(&files, bytes)).await;
            let event = match text.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(()) => ImportEvent::FileComplete,
                Err(reason) => {
                    row.failure = Some(reason);
                    ImportEvent::Fail { written: false }
                }
            };
            let noted = match go(&mut row, event) {
                Ok(_) => backend.save_import(scope, &mut row).await,
                Err(error) => Err(error),
            };
            if let Err(error) = noted {
                tracing::error!(import = %row.id, %error, "a spreadsheet was read and that cannot be noted");
            }
        });
        Ok(())
    }
}

fn begins_as_spreadsheet(files: &Files, bytes: u64) -> std::io::Result<bool> {
    let mut start = [0; 4];
    let got = files.reader(Which::Given, bytes).read(&mut start)?;
    Ok(is_spreadsheet(&start[..got]))
}

/// `Err` is for people.
pub(super) fn text_of(files: &Files, bytes: u64) -> Result<(), String> {
    let words = |error: std::io::Error| error.to_string();
    if !begins_as_spreadsheet(files, bytes).map_err(words)? {
        return Ok(());
    }
    if bytes > MOST_SPREADSHEET {
        return Err("the spreadsheet is larger than 128 MB; save the sheet as CSV".to_owned());
    }
    let mut book = Spreadsheet::open(files.reader(Which::Given, bytes), SpreadsheetLimits::default())
        .map_err(|error| error.to_string())?;
    let mut text = files.writer(Which::Text);
    book.to_text(&mut text).map_err(|error| error.to_string())?;
    let length = text.finish().map_err(words)?;
    files.keep_text_length(length).map_err(|error| error.to_string())
}
