-- Half as large by the place than by the id. (PostgreSQL's file of this number does more.)
DROP INDEX leads_to_assign;
CREATE INDEX leads_to_assign ON leads (tenant_id, assign_at_ms, place) WHERE owner_id IS NULL AND assign_at_ms IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('leads', 'leads_to_assign', '10000 10000 100 1');
-- Within 16,384 places the hashes of a piece fall on even fewer pages.
DROP INDEX leads_by_email;
CREATE INDEX leads_by_email ON leads ((place / 16384), substr(email_hash, 1, 11)) WHERE email_hash IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('leads', 'leads_by_email', '1000000 16384 1');
