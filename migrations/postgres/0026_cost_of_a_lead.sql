-- A reference is checked row by row, after each row of a COPY: that takes as long as writing the row into all indexes. The tenant of a
-- lead is that of whoever signed in, no tenant is ever deleted, and an import looks once that it is there. SQLite keeps the reference.
ALTER TABLE leads DROP CONSTRAINT leads_tenant_id_fkey;
-- Sealed texts tell a planner nothing, and sorting samples of them is most of an ANALYZE.
ALTER TABLE leads
    ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN phone SET STATISTICS 0,
    ALTER COLUMN email SET STATISTICS 0,
    ALTER COLUMN source_detail SET STATISTICS 0,
    ALTER COLUMN fields SET STATISTICS 0,
    ALTER COLUMN provenance SET STATISTICS 0;
-- Half as large by the place than by the id.
DROP INDEX leads_to_assign;
CREATE INDEX leads_to_assign ON leads (tenant_id, assign_at_ms, place) WHERE owner_id IS NULL AND assign_at_ms IS NOT NULL;
-- Within 16,384 places the hashes of a piece fall on even fewer pages.
DROP INDEX leads_by_email;
CREATE INDEX leads_by_email ON leads ((place / 16384), substr(email_hash, 1, 11)) WHERE email_hash IS NOT NULL;
