-- Outgoing minutes of a SIP trunk in a day of UTC, for its limit.
CREATE TABLE sip_usage (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    trunk_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, trunk_id, day)
);
