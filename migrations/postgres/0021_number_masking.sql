-- Numbers that stand between a person and an agent. Each number is in one pool at most.
CREATE TABLE masking_pools (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    lasts_s BIGINT NOT NULL,
    is_on BOOLEAN NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX masking_pools_by_name ON masking_pools (tenant_id, name);

CREATE TABLE masking_pool_numbers (
    tenant_id TEXT NOT NULL,
    number_id TEXT NOT NULL,
    pool_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, number_id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES numbers (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, pool_id) REFERENCES masking_pools (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE masking_mappings (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    number_id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES numbers (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, agent_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX masking_mappings_by_end ON masking_mappings (tenant_id, expires_at_ms);

-- By the number that somebody calls from, each virtual number leads to one mapping. The number itself is not kept, only its hash.
CREATE TABLE masking_telephones (
    tenant_id TEXT NOT NULL,
    number_id TEXT NOT NULL,
    telephone_hash TEXT NOT NULL,
    mapping_id TEXT NOT NULL,
    is_lead BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, number_id, telephone_hash),
    FOREIGN KEY (tenant_id, mapping_id) REFERENCES masking_mappings (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX masking_telephones_by_mapping ON masking_telephones (tenant_id, mapping_id);
