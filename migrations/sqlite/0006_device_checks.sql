CREATE TABLE device_checks (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    user_id TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    app TEXT NOT NULL,
    verdict TEXT NOT NULL,
    figures TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, at_ms),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
