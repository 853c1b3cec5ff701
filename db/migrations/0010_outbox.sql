-- SPDX-License-Identifier: MIT
-- Messages that were sent or given up are deleted after some days; what they said and
-- where they went is blanked at once.
CREATE INDEX outbox_done ON outbox (due_at_ms) WHERE state <> 0;
UPDATE outbox SET address = '', subject = '', body = '' WHERE state <> 0;
