-- SPDX-License-Identifier: MIT
-- The outbox is asked by channel and kind for what is due, by address for what is to
-- wait with a message that its receiver does not take now.
DROP INDEX outbox_waiting;
CREATE INDEX outbox_waiting ON outbox (outbox_id) WHERE state = 0;
CREATE INDEX outbox_due ON outbox (kind, channel, due_at_ms) WHERE state = 0;
CREATE INDEX outbox_address ON outbox (address) WHERE state = 0;

-- The message that a challenge's code went out with; 0 = none.
ALTER TABLE challenge ADD COLUMN outbox_id INTEGER NOT NULL DEFAULT 0;
