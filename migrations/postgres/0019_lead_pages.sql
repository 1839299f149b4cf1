-- Two leads that a person made one. was: what the one that stayed was before and became, to undo it.
CREATE TABLE lead_merges (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    kept_id TEXT NOT NULL,
    merged_id TEXT NOT NULL,
    was TEXT NOT NULL,
    made_by TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    undo_until_ms BIGINT NOT NULL,
    undone_at_ms BIGINT,
    undone_by TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX lead_merges_by_lead ON lead_merges (tenant_id, kept_id, at_ms, id);
CREATE INDEX lead_merges_by_age ON lead_merges (at_ms);

-- What moved to the lead that stayed. kind: the table; row_id: its id, or that of the tag.
CREATE TABLE lead_merge_rows (
    tenant_id TEXT NOT NULL,
    merge_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    row_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, merge_id, kind, row_id),
    FOREIGN KEY (tenant_id, merge_id) REFERENCES lead_merges (tenant_id, id)
);

-- By how many merges a change came to the lead where it is shown; only its own can be undone.
ALTER TABLE lead_changes ADD COLUMN merges BIGINT NOT NULL DEFAULT 0;

-- What people write about a lead. removed_at_ms: hidden from then on, and can be brought back for a day.
CREATE TABLE lead_notes (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    text TEXT NOT NULL,
    made_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    removed_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX lead_notes_by_lead ON lead_notes (tenant_id, lead_id, created_at_ms, id);
CREATE INDEX lead_notes_removed ON lead_notes (removed_at_ms) WHERE removed_at_ms IS NOT NULL;

-- Files that lie with a lead; what is in them lies sealed in the data folder until the row is gone, so the row outlives its lead.
CREATE TABLE lead_files (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    removed_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX lead_files_by_lead ON lead_files (tenant_id, lead_id, created_at_ms, id);
CREATE INDEX lead_files_removed ON lead_files (removed_at_ms) WHERE removed_at_ms IS NOT NULL;
