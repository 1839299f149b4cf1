//! Who did what.

use domain::{ids::AuditId, pii::Personal};
use serde_json::Value;
use storage::audit::AuditEntry as AuditRow;
use wire::{
    config::AuditEntry,
    page::{Page, PageQuery},
};

use crate::{Actor, Backend, clock, error::BackendError, paging};

impl Backend {
    /// Writes an entry. What was done stays done when the entry cannot be written; the log then says so.
    pub(crate) async fn audit(&self, actor: &Actor, action: &str, subject: &str, data: Value) {
        let entry = AuditRow {
            id: AuditId::new(clock::new_uuid()),
            at: clock::now(),
            user_id: Some(actor.user),
            user_name: None,
            action: action.to_owned(),
            subject: subject.to_owned(),
            data: Personal::new(data),
        };
        if let Err(error) = storage::audit::add(self.store(), actor.scope, &entry).await {
            tracing::error!(action, subject, %error, "an audit entry could not be written");
        }
    }

    pub async fn list_audit(&self, actor: &Actor, query: PageQuery) -> Result<Page<AuditEntry>, BackendError> {
        actor.must_configure()?;
        let request = paging::request(query.cursor.as_deref(), query.limit)?;
        let page = storage::audit::list(self.store(), actor.scope, request).await?;
        Ok(paging::page(page, |entry| AuditEntry {
            id: entry.id,
            at_ms: entry.at,
            user_id: entry.user_id,
            user_name: entry.user_name,
            action: entry.action,
            subject: entry.subject,
            data: entry.data.into_inner(),
        }))
    }
}
