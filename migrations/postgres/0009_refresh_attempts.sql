-- Which attempt has used a token (keyed hash): its answer may be lost on the way, and the same attempt asks again.
ALTER TABLE refresh_tokens ADD COLUMN attempt_hash TEXT;
