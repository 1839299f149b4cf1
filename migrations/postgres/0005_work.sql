CREATE TABLE jobs (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    once_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    call_id TEXT,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    run_at_ms BIGINT NOT NULL,
    lease_id TEXT,
    lease_until_ms BIGINT,
    last_error TEXT,
    created_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, once_key)
);
CREATE INDEX jobs_due ON jobs (run_at_ms, id) WHERE status = 'waiting';
CREATE INDEX jobs_leased ON jobs (lease_until_ms) WHERE status = 'running';
CREATE INDEX jobs_by_age ON jobs (tenant_id, created_at_ms, id);
CREATE INDEX jobs_by_status ON jobs (tenant_id, status, created_at_ms, id);
CREATE INDEX jobs_by_call ON jobs (tenant_id, call_id) WHERE call_id IS NOT NULL;

CREATE TABLE inbox (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    provider TEXT NOT NULL,
    delivery_key TEXT NOT NULL,
    raw TEXT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    processed_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, provider, delivery_key)
);
CREATE INDEX inbox_open ON inbox (received_at_ms) WHERE processed_at_ms IS NULL;
CREATE INDEX inbox_by_age ON inbox (received_at_ms);

CREATE TABLE idempotency (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    request_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    status BIGINT,
    response TEXT,
    begun_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, request_key),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX idempotency_by_age ON idempotency (begun_at_ms);

CREATE TABLE audit (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    user_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX audit_by_age ON audit (tenant_id, at_ms, id);

CREATE TABLE counters (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    day TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name, day)
);
