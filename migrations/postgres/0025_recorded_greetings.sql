-- A recorded message that callers of the number hear in place of its words. It has no foreign key: SQLite adds none to a table that
-- is there, so a message that is deleted is taken off its numbers by the statement that deletes it.
ALTER TABLE numbers ADD COLUMN greeting_message_id TEXT;
