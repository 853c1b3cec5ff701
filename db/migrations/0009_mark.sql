-- SPDX-License-Identifier: MIT
-- When something was done last that an operator wants to be warned of ("backup",
-- "checkpoint").
CREATE TABLE mark (
	name  TEXT PRIMARY KEY,
	at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
