CREATE TABLE call_sound_parts (
    tenant_id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    from_s BIGINT NOT NULL,
    points TEXT NOT NULL,
    written_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, call_id, from_s),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
);
