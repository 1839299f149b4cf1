-- Whether the carrier is asked who took an outbound call: a person or a machine.
ALTER TABLE campaigns ADD COLUMN detect_machines BOOLEAN NOT NULL DEFAULT FALSE;
