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
	establishment_id INTEGER REFERENCES establishment (establishment_id),
	last_session_at_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX staff_by_family ON staff (family_fold, given_fold, account_id);

-- The record that a professional has open, for one session, with its motive. The
-- row goes with a block, a withdrawal, a lost role: every request looks here.
CREATE TABLE record (
	session_id      INTEGER PRIMARY KEY REFERENCES session (session_id) ON DELETE CASCADE,
	account_id      INTEGER NOT NULL REFERENCES account (account_id),
	professional_id INTEGER NOT NULL REFERENCES professional (professional_id),
	patient_id      INTEGER NOT NULL REFERENCES patient (patient_id),
	access_number   INTEGER NOT NULL, -- of the opening, in the patient's history
	motive          TEXT NOT NULL,
	motive_label    TEXT NOT NULL,
	motive_detail   TEXT NOT NULL,
	result          INTEGER NOT NULL CHECK (result IN (0, 1)),
	told            INTEGER NOT NULL CHECK (told IN (0, 1)), -- that exams were opened
	opened_at_ms    INTEGER NOT NULL,
	until_ms        INTEGER NOT NULL
) STRICT;
CREATE INDEX record_by_patient ON record (patient_id, professional_id);
CREATE INDEX record_by_account ON record (account_id);
-- A block and a withdrawal close what is open, whoever writes them down.
CREATE TRIGGER record_blocked AFTER INSERT ON block
BEGIN
	DELETE FROM record
	WHERE patient_id = NEW.patient_id AND professional_id = NEW.professional_id;
END;
CREATE TRIGGER record_withdrawn AFTER INSERT ON consent
WHEN NEW.given = 0
BEGIN
	DELETE FROM record WHERE patient_id = NEW.patient_id;
END;

-- When an exam came in: those that wait for their release are found by it.
ALTER TABLE exam ADD COLUMN arrived_at_ms INTEGER NOT NULL DEFAULT 0;
UPDATE exam SET arrived_at_ms = COALESCE((SELECT MIN(i.added_at_ms) FROM instance i
	JOIN series s ON s.series_id = i.series_id WHERE s.exam_id = exam.exam_id), 0);
CREATE INDEX exam_waiting ON exam (arrived_at_ms, exam_id) WHERE released_at_ms = 0;

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

-- How patients are found: folded beginnings of names, one row for the used name
-- and one for the name at birth when it is another. Each kind of search walks an
-- index that answers it alone.
CREATE TABLE patient_name (
	name_fold  TEXT NOT NULL,
	given_fold TEXT NOT NULL,
	birth_date INTEGER NOT NULL,
	patient_id INTEGER NOT NULL REFERENCES patient (patient_id),
	PRIMARY KEY (name_fold, given_fold, birth_date, patient_id)
) STRICT, WITHOUT ROWID;
INSERT INTO patient_name (name_fold, given_fold, birth_date, patient_id)
	SELECT text_fold(used_name), text_fold(given_name), birth_date, patient_id FROM patient
	WHERE used_name <> ''
	UNION SELECT text_fold(birth_name), text_fold(given_name), birth_date, patient_id
	FROM patient WHERE birth_name <> '' OR used_name = '';
CREATE INDEX patient_name_by_birth ON patient_name
	(birth_date, name_fold, given_fold, patient_id);
CREATE INDEX patient_name_by_given ON patient_name
	(given_fold, name_fold, birth_date, patient_id);
CREATE INDEX patient_name_by_patient ON patient_name (patient_id);
CREATE INDEX patient_number_by_ipp ON patient_number (ipp, authority);
