-- When the rules look at a lead without an owner: from this instant on; null when only other rules would help.
ALTER TABLE leads ADD COLUMN assign_at_ms BIGINT DEFAULT 0;
CREATE INDEX leads_to_assign ON leads (tenant_id, assign_at_ms, id) WHERE owner_id IS NULL AND assign_at_ms IS NOT NULL;
-- Leads that lie idle with their owners.
CREATE INDEX leads_by_touch ON leads (tenant_id, updated_at_ms, id) WHERE owner_id IS NOT NULL AND line_class IS NOT NULL;

-- Every version of an organisation's rules; the highest is in force.
CREATE TABLE assignment_rules (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, version),
    FOREIGN KEY (tenant_id, made_by) REFERENCES users (tenant_id, id)
);

-- Who got the last lead of each rule.
CREATE TABLE assignment_turns (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    rule_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, rule_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- Who got which lead, by which rule of which version, and why. A row without a rule was given by a person or by the fallback.
CREATE TABLE assignments (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    lead_id TEXT NOT NULL,
    from_id TEXT,
    to_id TEXT,
    cause TEXT NOT NULL,
    rule_id TEXT,
    version BIGINT,
    sentence TEXT NOT NULL,
    by_id TEXT,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    FOREIGN KEY (tenant_id, to_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX assignments_by_lead ON assignments (tenant_id, lead_id, at_ms, id);
CREATE INDEX assignments_by_time ON assignments (tenant_id, at_ms, id, to_id, rule_id);
