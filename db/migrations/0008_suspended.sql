-- SPDX-License-Identifier: MIT
-- An account whose patient says that somebody else is in it: no sign-in leads in, the
-- consent stands. 0 = not.
ALTER TABLE account ADD COLUMN suspended_at_ms INTEGER NOT NULL DEFAULT 0;
