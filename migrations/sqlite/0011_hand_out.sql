-- Where a lead stands in the line of those who are to be called. line_kind: fresh, callback, retry; null for a lead that nobody
-- is to call. class and key order the line; what they mean is in the rules of the worklist. The defaults are those of a
-- lead that just came in and was not rated.
ALTER TABLE leads ADD COLUMN line_kind TEXT DEFAULT 'fresh';
ALTER TABLE leads ADD COLUMN line_class BIGINT DEFAULT 5;
ALTER TABLE leads ADD COLUMN line_key BIGINT NOT NULL DEFAULT 0;

UPDATE leads SET line_key = -created_at_ms,
    line_class = CASE heat WHEN 'hot' THEN 1 WHEN 'warm' THEN 3 ELSE 5 END;
UPDATE leads SET line_kind = NULL, line_class = NULL
    WHERE attempts > 0 OR do_not_call = TRUE OR stage IN ('won', 'lost', 'invalid');
UPDATE leads SET line_kind = 'callback', line_class = 0, line_key = (
        SELECT MIN(c.due_at_ms) FROM callbacks c
        WHERE c.tenant_id = leads.tenant_id AND c.lead_id = leads.id AND c.status = 'open')
    WHERE do_not_call = FALSE AND EXISTS (
        SELECT 1 FROM callbacks c WHERE c.tenant_id = leads.tenant_id AND c.lead_id = leads.id AND c.status = 'open');

-- The line of an owner, and that of a campaign's leads without an owner.
CREATE INDEX leads_in_line ON leads (tenant_id, COALESCE(owner_id, campaign_id), line_class, line_key, id)
    WHERE line_class IS NOT NULL;

-- Who holds a lead (subject: its id) or a telephone number (subject: its hash), for all campaigns.
CREATE TABLE leases (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    holder TEXT NOT NULL,
    fence BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    dialed_at_ms BIGINT,
    PRIMARY KEY (tenant_id, kind, subject),
    FOREIGN KEY (tenant_id, holder) REFERENCES users (tenant_id, id)
);
CREATE INDEX leases_by_holder ON leases (tenant_id, holder, kind, until_ms);
CREATE INDEX leases_by_end ON leases (until_ms);
