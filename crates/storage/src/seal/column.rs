//! Every sealed column of the database, by name. A sealed text is bound to its column, tenant and row, so that moving it
//! to another row makes it unreadable.

/// `row` lists the SQL expressions that, joined by `/`, make the row's identity within its tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub table: &'static str,
    pub name: &'static str,
    pub row: &'static [&'static str],
}

macro_rules! columns {
    ($($constant:ident: $table:literal . $column:literal by [$($row:literal),+];)+) => {
        impl Column {
            $(pub(crate) const $constant: Self = Self { table: $table, name: $column, row: &[$($row),+] };)+

            pub(crate) const ALL: &'static [Self] = &[$(Self::$constant),+];
        }
    };
}

columns! {
    USER_EMAIL: "users"."email" by ["id"];
    USER_PHONE: "users"."phone" by ["id"];
    SETTING_SECRETS: "settings"."secrets" by ["name"];
    DNC_NUMBER: "dnc"."number" by ["id"];
    DNC_PROOF: "dnc"."proof" by ["id"];
    CONSENT_PROOF: "consents"."proof" by ["id"];
    LEAD_NAME: "leads"."name" by ["id"];
    LEAD_PHONE: "leads"."phone" by ["id"];
    LEAD_EMAIL: "leads"."email" by ["id"];
    LEAD_FIELDS: "leads"."fields" by ["id"];
    LEAD_PROVENANCE: "leads"."provenance" by ["id"];
    LEAD_SOURCE_DETAIL: "leads"."source_detail" by ["id"];
    LEAD_OTHER_NUMBER: "lead_numbers"."number" by ["lead_id", "CAST(position AS TEXT)"];
    LEAD_NOTE_TEXT: "lead_notes"."text" by ["id"];
    LEAD_FILE_NAME: "lead_files"."name" by ["id"];
    MERGE_WAS: "lead_merges"."was" by ["id"];
    CHANGE_OLD: "lead_changes"."old_value" by ["id"];
    CHANGE_NEW: "lead_changes"."new_value" by ["id"];
    TASK_TEXT: "tasks"."text" by ["id"];
    TASK_QUOTE: "tasks"."quote" by ["id"];
    CALL_FACTS: "calls"."facts" by ["id"];
    CALL_CUSTOMER: "calls"."customer_number" by ["id"];
    CALL_SUMMARY: "calls"."summary" by ["id"];
    EVENT_DATA: "call_events"."data" by ["call_id", "CAST(seq AS TEXT)"];
    NOTE_TEXT: "notes"."text" by ["call_id", "user_id"];
    DISPOSITION_INPUT: "dispositions"."input" by ["save_key"];
    DISPOSITION_RESULT: "dispositions"."result" by ["save_key"];
    TRANSCRIPT_BODY: "transcripts"."body" by ["call_id"];
    ANALYSIS_BODY: "analyses"."body" by ["call_id"];
    ANALYSIS_PROPOSALS: "analyses"."proposals" by ["call_id"];
    JOB_PAYLOAD: "jobs"."payload" by ["id"];
    INBOX_RAW: "inbox"."raw" by ["id"];
    IDEMPOTENT_RESPONSE: "idempotency"."response" by ["user_id", "request_key"];
    ASSIGNMENT_SENTENCE: "assignments"."sentence" by ["id"];
    ASSIGNMENT_REASON: "assignments"."reason" by ["id"];
    CRM_SECRETS: "crm_connectors"."secrets" by ["id"];
    CRM_SEEN: "crm_links"."seen" by ["connector_id", "external_id"];
    BULK_FILTER: "bulk_actions"."filter" by ["id"];
    VIEW_FILTER: "lead_views"."filter" by ["id"];
    AUDIT_DATA: "audit"."data" by ["id"];
}
