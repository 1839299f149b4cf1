-- CRMs that leads are kept in step with. settings, state: JSON. turn: rises with each piece of work, and only the worker of the last
-- one may write. wish: what a person asks for, `now` or `full`. is_ready: all records were read once, so that the CRM may be told of leads.
CREATE TABLE crm_connectors (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    campaign_id TEXT,
    is_on BOOLEAN NOT NULL,
    pushes BOOLEAN NOT NULL,
    settings TEXT NOT NULL,
    secrets TEXT NOT NULL,
    state TEXT NOT NULL,
    is_ready BOOLEAN NOT NULL,
    turn BIGINT NOT NULL,
    busy_until_ms BIGINT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    pull_at_ms BIGINT NOT NULL,
    wish TEXT,
    made_by TEXT,
    created_at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);

-- Which record is which lead, and what both said when they were last looked at together. A lead that is gone leaves its row without
-- that, so that its record does not bring it back.
CREATE TABLE crm_links (
    tenant_id TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    seen TEXT,
    synced_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, connector_id, external_id),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES crm_connectors (tenant_id, id)
);
CREATE UNIQUE INDEX crm_links_by_lead ON crm_links (tenant_id, connector_id, lead_id);

-- Leads that changed here and of which the CRM is to be told. changes: rises with each, so that none is lost while it is told.
CREATE TABLE crm_outbox (
    tenant_id TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    changes BIGINT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    unknown_at_ms BIGINT,
    PRIMARY KEY (tenant_id, connector_id, lead_id),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES crm_connectors (tenant_id, id)
);
CREATE INDEX crm_outbox_by_age ON crm_outbox (tenant_id, connector_id, since_ms);

-- Records that the CRM has named as changed.
CREATE TABLE crm_named (
    tenant_id TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    since_ms BIGINT NOT NULL,
    changes BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, connector_id, external_id),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES crm_connectors (tenant_id, id)
);

-- Records and leads that could not be kept in step, each with the last reason.
CREATE TABLE crm_problems (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    connector_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    external_id TEXT,
    lead_id TEXT,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    times BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connector_id, subject),
    FOREIGN KEY (tenant_id, connector_id) REFERENCES crm_connectors (tenant_id, id)
);
CREATE INDEX crm_problems_by_age ON crm_problems (tenant_id, connector_id, at_ms, id);

-- Which CRM changed a lead; crm_lost: the change stands for a value of the CRM that was older and is kept here only.
ALTER TABLE lead_changes ADD COLUMN connector_id TEXT;
ALTER TABLE lead_changes ADD COLUMN crm_lost BOOLEAN NOT NULL DEFAULT FALSE;
