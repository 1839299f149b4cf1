-- A lead that was deleted is hidden from now on, and can be brought back for a day; then nothing of the person is left in it.
ALTER TABLE leads ADD COLUMN deleted_at_ms BIGINT;
CREATE INDEX leads_deleted ON leads (deleted_at_ms, tenant_id, id) WHERE deleted_at_ms IS NOT NULL AND phone_hash <> '';
-- A deleted lead leaves its number free.
DROP INDEX leads_by_phone;
CREATE UNIQUE INDEX leads_by_phone ON leads (substr(phone_hash, 1, 11), COALESCE(substr(campaign_id, 25), '')) WHERE deleted_at_ms IS NULL;

-- word_key: the word as it is compared.
CREATE TABLE tags (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    word TEXT NOT NULL,
    word_key TEXT NOT NULL,
    colour TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, word_key)
);

-- lead_created_at_ms orders a list of the leads of a tag as every list of leads is ordered.
CREATE TABLE lead_tags (
    tenant_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    tag_id TEXT NOT NULL,
    lead_created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, lead_id, tag_id),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tags (tenant_id, id)
);
CREATE INDEX lead_tags_by_tag ON lead_tags (tenant_id, tag_id, lead_created_at_ms, lead_id);

-- One action on many leads. action, counts: JSON. gather_after: where looking for the leads goes on. done and undone: the last
-- position that was worked on.
CREATE TABLE bulk_actions (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    action TEXT NOT NULL,
    filter TEXT NOT NULL,
    state TEXT NOT NULL,
    gather_after TEXT,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    undone BIGINT NOT NULL,
    counts TEXT NOT NULL,
    failure TEXT,
    made_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT,
    undo_until_ms BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX bulk_actions_by_age ON bulk_actions (tenant_id, created_at_ms, id);
CREATE INDEX bulk_actions_at_work ON bulk_actions (state, created_at_ms, id);

-- The leads of an action in the order in which it goes through them. outcome is null until then; undo_data: JSON of what is needed
-- to undo it.
CREATE TABLE bulk_action_leads (
    tenant_id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    lead_id TEXT NOT NULL,
    outcome TEXT,
    undo_data TEXT,
    PRIMARY KEY (tenant_id, action_id, position),
    FOREIGN KEY (tenant_id, action_id) REFERENCES bulk_actions (tenant_id, id)
);

-- Filters of the lead list under a name, of one person or shared with all.
CREATE TABLE lead_views (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    sort TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    made_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX lead_views_by_maker ON lead_views (tenant_id, made_by, name);
CREATE INDEX lead_views_shared ON lead_views (tenant_id, name) WHERE shared = TRUE;
