CREATE TABLE queues (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    strategy TEXT NOT NULL,
    skills TEXT NOT NULL,
    ring_s BIGINT NOT NULL,
    wrap_up_s BIGINT NOT NULL,
    max_size BIGINT NOT NULL,
    max_wait_s BIGINT NOT NULL,
    target_answer_s BIGINT NOT NULL,
    recording BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    removed_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX queues_by_name ON queues (tenant_id, name) WHERE removed_at_ms IS NULL;

CREATE TABLE queue_members (
    tenant_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, queue_id, user_id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX queue_members_by_user ON queue_members (tenant_id, user_id);

CREATE TABLE campaigns (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    caller_id TEXT,
    script TEXT NOT NULL,
    dispositions TEXT NOT NULL,
    hours TEXT NOT NULL,
    recording BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE campaign_agents (
    tenant_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, campaign_id, user_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX campaign_agents_by_user ON campaign_agents (tenant_id, user_id);

-- The numbers that customers dial. They belong to the organisation, so they are not sealed.
CREATE TABLE numbers (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    queue_id TEXT,
    campaign_id TEXT,
    greeting TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    last_call_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);

CREATE TABLE unknown_numbers (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    number TEXT NOT NULL,
    calls BIGINT NOT NULL,
    first_at_ms BIGINT NOT NULL,
    last_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

-- account: the outside name under which a webhook finds its tenant, such as a carrier's account id.
CREATE TABLE settings (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    secrets TEXT,
    account TEXT,
    version BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
CREATE UNIQUE INDEX settings_by_account ON settings (name, account) WHERE account IS NOT NULL;

CREATE TABLE dnc (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    number_hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    added_by TEXT,
    added_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, number_hash),
    FOREIGN KEY (tenant_id, added_by) REFERENCES users (tenant_id, id)
);
CREATE INDEX dnc_by_age ON dnc (tenant_id, added_at_ms, id);
