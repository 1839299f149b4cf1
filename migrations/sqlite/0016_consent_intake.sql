-- A number may be listed for the organisation and for single campaigns, each once, for ever or until an instant. The table is
-- made anew, because SQLite cannot take a constraint away (https://sqlite.org/lang_altertable.html, section 7).
CREATE TABLE dnc_new (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    number_hash TEXT NOT NULL,
    campaign_id TEXT,
    until_ms BIGINT,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    proof TEXT,
    added_by TEXT,
    added_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    FOREIGN KEY (tenant_id, added_by) REFERENCES users (tenant_id, id)
);
INSERT INTO dnc_new (tenant_id, id, number, number_hash, reason, source, added_by, added_at_ms)
SELECT tenant_id, id, number, number_hash, reason, source, added_by, added_at_ms FROM dnc;
DROP TABLE dnc;
ALTER TABLE dnc_new RENAME TO dnc;
CREATE UNIQUE INDEX dnc_by_number ON dnc (tenant_id, number_hash, COALESCE(campaign_id, ''));
CREATE INDEX dnc_by_age ON dnc (tenant_id, added_at_ms, id);

-- What people said about being contacted; the last word of a channel and purpose counts, and none is ever changed.
CREATE TABLE consents (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    proof TEXT,
    by_id TEXT,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    FOREIGN KEY (tenant_id, by_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX consents_by_lead ON consents (tenant_id, lead_id, at_ms, id);

-- By which forms and programs hand leads in. Of the key itself only the hash is kept.
CREATE TABLE intake_keys (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    key_end TEXT NOT NULL,
    scope TEXT NOT NULL,
    campaign_id TEXT,
    source TEXT NOT NULL,
    plan TEXT NOT NULL,
    is_on BOOLEAN NOT NULL,
    made_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    last_used_at_ms BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX intake_keys_by_hash ON intake_keys (key_hash);

-- What was handed in, so that the same form sent twice makes one lead.
CREATE TABLE intakes (
    tenant_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    request_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    lead_id TEXT,
    outcome TEXT,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key_id, request_key),
    FOREIGN KEY (tenant_id, key_id) REFERENCES intake_keys (tenant_id, id)
);
CREATE INDEX intakes_by_age ON intakes (at_ms);

-- What was told to the organisation's own program about a lead, and how that ended.
CREATE TABLE webhook_deliveries (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    event TEXT NOT NULL,
    job_id TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    http_status BIGINT,
    last_error TEXT,
    delivered_at_ms BIGINT,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (tenant_id, created_at_ms, id);
