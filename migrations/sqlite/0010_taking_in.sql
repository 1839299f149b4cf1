-- no-transaction
-- A number may be in several campaigns. SQLite cannot take a constraint away, so the table is made anew
-- (https://sqlite.org/lang_altertable.html, section 7).
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE leads_new (
    place INTEGER NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    phone_hash TEXT NOT NULL,
    email TEXT,
    email_hash TEXT,
    stage TEXT NOT NULL,
    heat TEXT NOT NULL,
    source TEXT,
    source_detail TEXT,
    owner_id TEXT,
    campaign_id TEXT,
    language TEXT,
    zone TEXT NOT NULL,
    zone_source TEXT NOT NULL,
    do_not_call BOOLEAN NOT NULL,
    fields TEXT NOT NULL,
    provenance TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    last_contact_at_ms BIGINT,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    phone_kind TEXT,
    phone_extension TEXT,
    priority BIGINT NOT NULL DEFAULT 0,
    import_id TEXT,
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);
INSERT INTO leads_new (tenant_id, id, name, phone, phone_hash, email, email_hash, stage, heat, source, source_detail, owner_id, campaign_id, language, zone, zone_source, do_not_call, fields, provenance, attempts, last_contact_at_ms, created_at_ms, updated_at_ms, version)
SELECT tenant_id, id, name, phone, phone_hash, email, email_hash, stage, heat, source, source_detail, owner_id, campaign_id, language, zone, zone_source, do_not_call, fields, provenance, attempts, last_contact_at_ms, created_at_ms, updated_at_ms, version FROM leads ORDER BY created_at_ms, id;
DROP TABLE leads;
ALTER TABLE leads_new RENAME TO leads;
CREATE INDEX leads_by_age ON leads (tenant_id, created_at_ms, id);
CREATE INDEX leads_by_campaign ON leads (tenant_id, campaign_id, created_at_ms, id);
-- What most leads are needs no index: a list of them is a list of all.
CREATE INDEX leads_by_owner ON leads (tenant_id, owner_id, created_at_ms, id) WHERE owner_id IS NOT NULL;
CREATE INDEX leads_by_stage ON leads (tenant_id, stage, created_at_ms, id) WHERE stage <> 'new';
CREATE INDEX leads_by_heat ON leads (tenant_id, heat, created_at_ms, id) WHERE heat <> 'cold';
-- The first 66 bits of a keyed hash, which is the tenant's own: they tell numbers apart in an index a quarter as large.
-- A number is once in a campaign, and once without one.
CREATE UNIQUE INDEX leads_by_phone ON leads (substr(phone_hash, 1, 11), COALESCE(substr(campaign_id, 25), ''));
CREATE INDEX leads_by_email ON leads (substr(email_hash, 1, 11)) WHERE email_hash IS NOT NULL;

-- What a lead is found by: for each keyed hash of a beginning of a name or of last digits, the places of leads. One row holds
-- one place, or those of a part of an import (differences in base 64). It may hold more than is true: what is found is opened
-- and looked at again, so that a lead that is renamed or gone needs no change here.
CREATE TABLE lead_terms (
    tenant_id TEXT NOT NULL,
    term BIGINT NOT NULL,
    from_place BIGINT NOT NULL,
    places TEXT NOT NULL,
    PRIMARY KEY (tenant_id, term, from_place)
) WITHOUT ROWID;

-- Numbers of a person beside the first.
CREATE TABLE lead_numbers (
    tenant_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    number TEXT NOT NULL,
    number_hash TEXT NOT NULL,
    kind TEXT,
    extension TEXT,
    PRIMARY KEY (tenant_id, lead_id, position),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id)
);
CREATE INDEX lead_numbers_by_hash ON lead_numbers (substr(number_hash, 1, 11));

-- Which import changed a lead, so that all of it can be undone.
ALTER TABLE lead_changes ADD COLUMN import_id TEXT;
CREATE INDEX lead_changes_by_import ON lead_changes (tenant_id, import_id, id) WHERE import_id IS NOT NULL;

-- reading, plan, counts: JSON. first_place and last_place span the leads that it made.
CREATE TABLE lead_imports (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    source TEXT,
    state TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    received BIGINT NOT NULL,
    plan TEXT,
    counts TEXT NOT NULL,
    rows_done BIGINT NOT NULL,
    problems_bytes BIGINT NOT NULL,
    first_place BIGINT,
    last_place BIGINT,
    searchable_to BIGINT,
    failure TEXT,
    made_by TEXT,
    created_at_ms BIGINT NOT NULL,
    begun_at_ms BIGINT,
    finished_at_ms BIGINT,
    undo_until_ms BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX lead_imports_by_age ON lead_imports (tenant_id, created_at_ms, id);

-- How the files of a source are read, by the name that people gave it.
CREATE TABLE import_mappings (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    used_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
COMMIT;
PRAGMA foreign_keys = ON;
