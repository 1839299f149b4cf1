CREATE TABLE leads (
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
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, phone_hash),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);
CREATE INDEX leads_by_age ON leads (tenant_id, created_at_ms, id);
CREATE INDEX leads_by_owner ON leads (tenant_id, owner_id, created_at_ms, id);
CREATE INDEX leads_by_stage ON leads (tenant_id, stage, created_at_ms, id);
CREATE INDEX leads_by_heat ON leads (tenant_id, heat, created_at_ms, id);
CREATE INDEX leads_by_campaign ON leads (tenant_id, campaign_id, created_at_ms, id);
CREATE INDEX leads_by_email ON leads (tenant_id, email_hash);

CREATE TABLE lead_changes (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    field TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    by_kind TEXT NOT NULL,
    user_id TEXT,
    call_id TEXT,
    engine TEXT,
    at_ms BIGINT NOT NULL,
    undone_at_ms BIGINT,
    undone_by TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX lead_changes_by_lead ON lead_changes (tenant_id, lead_id, at_ms, id);
CREATE INDEX lead_changes_by_call ON lead_changes (tenant_id, call_id) WHERE call_id IS NOT NULL;

-- Keyed hashes of what a lead, a call or a do-not-call entry can be found by; the plain words are nowhere.
CREATE TABLE search_terms (
    tenant_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    term TEXT NOT NULL,
    PRIMARY KEY (tenant_id, subject, term, subject_id)
);
CREATE INDEX search_terms_by_subject ON search_terms (tenant_id, subject, subject_id);

-- due_order: due_at_ms, or the largest number for a task without a due time, so that lists sort by one column.
CREATE TABLE tasks (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    lead_id TEXT,
    call_id TEXT,
    owner_id TEXT,
    text TEXT NOT NULL,
    quote TEXT,
    due_at_ms BIGINT,
    due_order BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    closed_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX tasks_by_due ON tasks (tenant_id, due_order, id);
CREATE INDEX tasks_by_status ON tasks (tenant_id, status, due_order, id);
CREATE INDEX tasks_by_owner ON tasks (tenant_id, owner_id, status, due_order, id);
CREATE INDEX tasks_by_lead ON tasks (tenant_id, lead_id, status);
CREATE INDEX tasks_by_call ON tasks (tenant_id, call_id);

CREATE TABLE callbacks (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    call_id TEXT,
    agent_id TEXT,
    due_at_ms BIGINT NOT NULL,
    local_time TEXT NOT NULL,
    zone TEXT NOT NULL,
    zone_source TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    closed_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX callbacks_by_due ON callbacks (tenant_id, due_at_ms, id);
CREATE INDEX callbacks_by_status ON callbacks (tenant_id, status, due_at_ms, id);
CREATE INDEX callbacks_by_agent ON callbacks (tenant_id, agent_id, status, due_at_ms, id);
CREATE INDEX callbacks_by_lead ON callbacks (tenant_id, lead_id, status, due_at_ms);
