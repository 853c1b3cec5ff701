-- SPDX-License-Identifier: MIT
-- One's own account: addresses that change, the authenticator app, notices.

ALTER TABLE account ADD COLUMN notice_exam_opened INTEGER NOT NULL DEFAULT 1
	CHECK (notice_exam_opened IN (0, 1));
ALTER TABLE account ADD COLUMN notice_new_report INTEGER NOT NULL DEFAULT 1
	CHECK (notice_new_report IN (0, 1));
ALTER TABLE account ADD COLUMN password_changed_at_ms INTEGER NOT NULL DEFAULT 0;
-- How the temporary password went out: 0 on paper, else emage.Channel.
ALTER TABLE account ADD COLUMN temp_channel INTEGER NOT NULL DEFAULT 0
	CHECK (temp_channel BETWEEN 0 AND 2);

-- A withdrawal shuts the account, whoever writes it down.
CREATE TRIGGER consent_withdrawn AFTER INSERT ON consent
WHEN NEW.given = 0
BEGIN
	UPDATE account SET state = 2 WHERE patient_id = NEW.patient_id AND state = 1;
END;

-- For going through an exam's originals.
CREATE INDEX instance_by_series ON instance (series_id);

-- An address on its way to another. The old one can be brought back by the undo
-- code that was sent to it.
CREATE TABLE contact_change (
	change_id     INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id    INTEGER NOT NULL REFERENCES account (account_id),
	-- 0 asked for, 1 proven, 2 done, 3 undone, 4 dropped
	state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
	session_id    INTEGER NOT NULL,
	channel       INTEGER NOT NULL CHECK (channel IN (1, 2)),
	old_address   TEXT NOT NULL CHECK (length(old_address) <= 254),
	new_address   TEXT NOT NULL CHECK (length(new_address) <= 254),
	tries_left    INTEGER NOT NULL CHECK (tries_left BETWEEN 0 AND 1000),
	sent_at_ms    INTEGER NOT NULL,
	expires_at_ms INTEGER NOT NULL,
	done_at_ms    INTEGER NOT NULL,
	code_hash     BLOB NOT NULL CHECK (length(code_hash) = 32),
	undo_hash     BLOB NOT NULL CHECK (length(undo_hash) = 32)
) STRICT;
CREATE UNIQUE INDEX contact_change_open ON contact_change (account_id) WHERE state IN (0, 1);
CREATE INDEX contact_change_done ON contact_change (account_id, done_at_ms) WHERE state = 2;
CREATE INDEX contact_change_undo ON contact_change (undo_hash) WHERE state = 2;

-- The secret of an authenticator app, sealed; last_step: newest time step whose
-- code was used.
CREATE TABLE totp (
	account_id INTEGER PRIMARY KEY REFERENCES account (account_id),
	in_force   INTEGER NOT NULL CHECK (in_force IN (0, 1)),
	since_ms   INTEGER NOT NULL,
	last_step  INTEGER NOT NULL,
	secret     BLOB NOT NULL CHECK (length(secret) BETWEEN 1 AND 256)
) STRICT;

CREATE TABLE recovery_code (
	account_id INTEGER NOT NULL REFERENCES account (account_id),
	code_hash  BLOB NOT NULL CHECK (length(code_hash) = 32),
	used_at_ms INTEGER NOT NULL,
	PRIMARY KEY (account_id, code_hash)
) STRICT, WITHOUT ROWID;
