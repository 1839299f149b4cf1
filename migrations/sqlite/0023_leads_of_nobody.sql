-- What no question asks for stands in no index: the line of nobody, and leads without a campaign.
DROP INDEX leads_in_line;
CREATE INDEX leads_in_line ON leads (tenant_id, COALESCE(owner_id, campaign_id), line_class, line_key, id)
    WHERE line_class IS NOT NULL AND COALESCE(owner_id, campaign_id) IS NOT NULL;
DROP INDEX leads_by_campaign;
CREATE INDEX leads_by_campaign ON leads (tenant_id, campaign_id, created_at_ms, id) WHERE campaign_id IS NOT NULL;
-- Hashes fall anywhere, so that each new lead changes another page of the index; within 65,536 places they fall on few. Who looks
-- one up takes one step for each such part.
DROP INDEX leads_by_email;
CREATE INDEX leads_by_email ON leads ((place / 65536), substr(email_hash, 1, 11)) WHERE email_hash IS NOT NULL;
