-- SPDX-License-Identifier: MIT
-- Staff: who they are, what they have open, what the desk writes down.

-- Who is behind an account that is no patient's. Its `state` in account: 1 in
-- use, 2 disabled. A professional's is also named in professional.account_id.
CREATE TABLE staff (
	account_id       INTEGER PRIMARY KEY REFERENCES account (account_id),
	family_name      TEXT NOT NULL CHECK (length(family_name) BETWEEN 1 AND 100),
	given_name       TEXT NOT NULL CHECK (length(given_name) <= 100),
	family_fold      TEXT NOT NULL,
	given_fold       TEXT NOT NULL,
	establishment_id INTEGER REFERENCES establishment (establishment_id)
) STRICT;
CREATE INDEX staff_by_family ON staff (family_fold, given_fold, account_id);

-- The record that a professional has open, for one session, with its motive. The
-- row goes with a block, a withdrawal, a lost role: every request looks here.
CREATE TABLE record (
	session_id      INTEGER PRIMARY KEY,
	account_id      INTEGER NOT NULL REFERENCES account (account_id),
	professional_id INTEGER NOT NULL REFERENCES professional (professional_id),
	patient_id      INTEGER NOT NULL REFERENCES patient (patient_id),
	motive          TEXT NOT NULL,
	motive_label    TEXT NOT NULL,
	motive_detail   TEXT NOT NULL,
	result          INTEGER NOT NULL CHECK (result IN (0, 1)),
	opened_at_ms    INTEGER NOT NULL,
	until_ms        INTEGER NOT NULL
) STRICT;
CREATE INDEX record_by_patient ON record (patient_id, professional_id);

-- An access code handed over in person.
CREATE TABLE desk_code (
	account_id    INTEGER PRIMARY KEY REFERENCES account (account_id),
	code_hash     BLOB NOT NULL CHECK (length(code_hash) = 32),
	expires_at_ms INTEGER NOT NULL
) STRICT;

-- Which text was consented to, how, and who wrote it down.
ALTER TABLE consent ADD COLUMN text_version TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN text_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN operator_account INTEGER NOT NULL DEFAULT 0;
