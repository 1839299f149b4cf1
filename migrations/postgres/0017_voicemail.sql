-- Recorded messages that are left on answering machines.
CREATE TABLE voicemails (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    length_ms BIGINT NOT NULL,
    -- G.711 mu-law at 8 kHz, as base 64.
    sound TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
