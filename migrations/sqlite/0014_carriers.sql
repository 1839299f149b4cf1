-- Which account or trunk brings a number's calls, and where the sides of those calls meet.
ALTER TABLE numbers ADD COLUMN provider TEXT NOT NULL DEFAULT 'twilio';
ALTER TABLE numbers ADD COLUMN media TEXT NOT NULL DEFAULT 'bridge';

-- What the carrier asks for a call, in its own words, once it has said so.
ALTER TABLE calls ADD COLUMN cost_amount TEXT;
ALTER TABLE calls ADD COLUMN cost_unit TEXT;

-- Calls go out by the number that is nearest to the person called.
ALTER TABLE campaigns ADD COLUMN local_presence BOOLEAN NOT NULL DEFAULT FALSE;
