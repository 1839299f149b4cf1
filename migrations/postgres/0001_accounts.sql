CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    zone TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE users (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    password_hash TEXT NOT NULL,
    skills TEXT NOT NULL,
    languages TEXT NOT NULL,
    phone TEXT,
    extension TEXT,
    max_concurrent_calls BIGINT NOT NULL,
    locale TEXT NOT NULL,
    theme TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    last_seen_at_ms BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX users_by_age ON users (tenant_id, created_at_ms, id);
CREATE UNIQUE INDEX users_by_extension ON users (tenant_id, extension) WHERE extension IS NOT NULL;

-- One row for each sign-in: a family of refresh tokens.
CREATE TABLE sessions (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    device TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    generation BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    last_used_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT,
    revoked_because TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id, last_used_at_ms);

-- Used tokens stay until their family runs out: a second use of one is how theft shows.
CREATE TABLE refresh_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    generation BIGINT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT,
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (tenant_id, session_id);

CREATE TABLE agents (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    state TEXT NOT NULL,
    call_id TEXT,
    fence BIGINT NOT NULL,
    version BIGINT NOT NULL,
    since_ms BIGINT NOT NULL,
    detail TEXT NOT NULL,
    calls_day TEXT NOT NULL,
    calls_today BIGINT NOT NULL,
    last_call_at_ms BIGINT,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX agents_by_call ON agents (tenant_id, call_id) WHERE call_id IS NOT NULL;
