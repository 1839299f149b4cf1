-- Why somebody got a lead, as data; the sentence is the same in English. Rows from before have the sentence alone.
ALTER TABLE assignments ADD COLUMN reason TEXT;
