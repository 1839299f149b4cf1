-- The outcomes that agents of some campaigns choose from. Every version is kept: a call has the one that was in force when it began.
CREATE TABLE disposition_sets (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    archived_at_ms BIGINT,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX disposition_sets_by_name ON disposition_sets (tenant_id, name) WHERE archived_at_ms IS NULL;

CREATE TABLE disposition_set_versions (
    tenant_id TEXT NOT NULL,
    set_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, set_id, version),
    FOREIGN KEY (tenant_id, set_id) REFERENCES disposition_sets (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);

-- From when on a campaign has which outcomes: a set, or its own (JSON). A campaign without a row has what its own row says.
CREATE TABLE campaign_outcomes (
    tenant_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    set_id TEXT,
    own TEXT,
    PRIMARY KEY (tenant_id, campaign_id, from_ms),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    FOREIGN KEY (tenant_id, set_id) REFERENCES disposition_sets (tenant_id, id)
);
CREATE INDEX campaign_outcomes_by_set ON campaign_outcomes (tenant_id, set_id);

-- The key by which people called for this campaign opt out.
ALTER TABLE campaigns ADD COLUMN opt_out_key TEXT;

-- When somebody is reminded next; null when they were, or need not be.
ALTER TABLE tasks ADD COLUMN remind_at_ms BIGINT;
ALTER TABLE callbacks ADD COLUMN remind_at_ms BIGINT;
UPDATE tasks SET remind_at_ms = due_at_ms WHERE status = 'open';
UPDATE callbacks SET remind_at_ms = due_at_ms WHERE status = 'open';
CREATE INDEX tasks_to_remind ON tasks (remind_at_ms) WHERE remind_at_ms IS NOT NULL;
CREATE INDEX callbacks_to_remind ON callbacks (remind_at_ms) WHERE remind_at_ms IS NOT NULL;

-- The national registry that an organisation asks before it calls: by requests (http), or by a list that it has taken in (list).
CREATE TABLE registries (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id),
    kind TEXT NOT NULL,
    -- Of a list: how long it is good.
    list_until_ms BIGINT
);

CREATE TABLE registry_numbers (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    number_hash TEXT NOT NULL,
    PRIMARY KEY (tenant_id, number_hash)
);

CREATE TABLE registry_answers (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    number_hash TEXT NOT NULL,
    listed BOOLEAN NOT NULL,
    asked_at_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, number_hash)
);
CREATE INDEX registry_answers_by_end ON registry_answers (until_ms);
