-- The projection of each call's event log, and after it what the agent and the analysis added.
CREATE TABLE calls (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    facts TEXT NOT NULL,
    event_seq BIGINT NOT NULL,
    closed BOOLEAN NOT NULL,
    direction TEXT NOT NULL,
    status TEXT NOT NULL,
    provider TEXT NOT NULL,
    provider_call_id TEXT,
    customer_number TEXT NOT NULL,
    lead_id TEXT,
    agent_id TEXT,
    queue_id TEXT,
    campaign_id TEXT,
    came_by TEXT NOT NULL,
    started_at_ms BIGINT NOT NULL,
    queued_at_ms BIGINT,
    answered_at_ms BIGINT,
    ended_at_ms BIGINT,
    wait_ms BIGINT NOT NULL,
    ring_ms BIGINT NOT NULL,
    talk_ms BIGINT NOT NULL,
    simulated BOOLEAN NOT NULL,
    disposition TEXT,
    sub_disposition TEXT,
    dispositioned_at_ms BIGINT,
    sentiment BIGINT,
    lead_quality BIGINT,
    hot BOOLEAN NOT NULL,
    summary TEXT,
    recording_state TEXT NOT NULL,
    recording_reason TEXT,
    analysis_state TEXT NOT NULL,
    analysis_reason TEXT,
    analysis_message TEXT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES users (tenant_id, id),
    FOREIGN KEY (tenant_id, queue_id) REFERENCES queues (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);
CREATE UNIQUE INDEX calls_by_provider ON calls (provider, provider_call_id) WHERE provider_call_id IS NOT NULL;
CREATE INDEX calls_open ON calls (tenant_id, started_at_ms, id) WHERE closed = FALSE;
CREATE INDEX calls_by_start ON calls (tenant_id, started_at_ms, id);
CREATE INDEX calls_by_status ON calls (tenant_id, status, started_at_ms, id);
CREATE INDEX calls_by_agent ON calls (tenant_id, agent_id, started_at_ms, id);
CREATE INDEX calls_by_queue ON calls (tenant_id, queue_id, started_at_ms, id);
CREATE INDEX calls_by_lead ON calls (tenant_id, lead_id, started_at_ms, id);
CREATE INDEX calls_by_disposition ON calls (tenant_id, disposition, started_at_ms, id);

-- What happened, written once. seq counts from 1 without gaps.
CREATE TABLE call_events (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (tenant_id, call_id, seq),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);

-- Other outside ids of a call: legs of a transfer, media streams, conferences.
CREATE TABLE provider_legs (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    provider_leg_id TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (provider, provider_leg_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
CREATE INDEX provider_legs_by_call ON provider_legs (tenant_id, call_id);

CREATE TABLE routing_decisions (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    chosen TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant_id, call_id, seq),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, chosen) REFERENCES users (tenant_id, id)
);

CREATE TABLE notes (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    text TEXT NOT NULL,
    revision BIGINT NOT NULL,
    saved_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, call_id, user_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE dispositions (
    tenant_id TEXT NOT NULL,
    save_key TEXT NOT NULL,
    call_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    code TEXT NOT NULL,
    sub_code TEXT,
    input TEXT NOT NULL,
    result TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    saved_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, save_key),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX dispositions_by_call ON dispositions (tenant_id, call_id, saved_at_ms);

CREATE TABLE recordings (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    local_path TEXT,
    location TEXT,
    expected_bytes BIGINT,
    stored_bytes BIGINT,
    sha256 TEXT,
    read_back_at_ms BIGINT,
    duration_ms BIGINT,
    expected_ms BIGINT,
    gaps TEXT NOT NULL,
    channels BIGINT NOT NULL,
    waveform TEXT,
    started_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, call_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
CREATE INDEX recordings_by_state ON recordings (state, started_at_ms);

CREATE TABLE transcripts (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    body TEXT NOT NULL,
    engine TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, call_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);

CREATE TABLE analyses (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    body TEXT NOT NULL,
    proposals TEXT NOT NULL,
    engine TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, call_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);

CREATE TABLE call_sound (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    series TEXT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, call_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
