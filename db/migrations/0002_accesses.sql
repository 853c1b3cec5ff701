-- SPDX-License-Identifier: MIT
-- Professionals, who of them has opened a patient's exams, and whom the patient
-- shuts out.
--
-- Texts are never NULL: '' = none. *_fold is the fold that sorts and searches
-- use (text_fold). Searches walk an index in the order of the list, so each
-- kind of search has its own, with the columns it filters by.

ALTER TABLE establishment ADD COLUMN contact TEXT NOT NULL DEFAULT ''
	CHECK (length(contact) <= 254);

-- ------------------------------------------------------------- professionals

CREATE TABLE profession (
	code       TEXT PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 16),
	label      TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 200),
	label_fold TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE specialty (
	code       TEXT PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 16),
	label      TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 200),
	label_fold TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- load_id: the loading that named this person last; what a whole loading did
-- not name is no longer in the directory.
CREATE TABLE professional (
	professional_id INTEGER PRIMARY KEY AUTOINCREMENT,
	rpps            TEXT NOT NULL UNIQUE CHECK (length(rpps) = 11),
	account_id      INTEGER UNIQUE REFERENCES account (account_id),
	family_name     TEXT NOT NULL CHECK (length(family_name) BETWEEN 1 AND 100),
	given_name      TEXT NOT NULL CHECK (length(given_name) <= 100),
	family_fold     TEXT NOT NULL,
	given_fold      TEXT NOT NULL,
	profession_code TEXT NOT NULL,
	specialty_code  TEXT NOT NULL,
	load_id         INTEGER NOT NULL
) STRICT;
CREATE INDEX professional_by_family ON professional
	(family_fold, given_fold, professional_id, profession_code, specialty_code);
CREATE INDEX professional_by_given ON professional
	(given_fold, family_fold, professional_id, profession_code, specialty_code);
CREATE INDEX professional_by_specialty ON professional
	(specialty_code, family_fold, given_fold, professional_id, profession_code);
CREATE INDEX professional_by_profession ON professional
	(profession_code, family_fold, given_fold, professional_id, specialty_code);

-- Who works where, with what a search in one place needs.
CREATE TABLE professional_place (
	establishment_id INTEGER NOT NULL REFERENCES establishment (establishment_id),
	family_fold      TEXT NOT NULL,
	given_fold       TEXT NOT NULL,
	professional_id  INTEGER NOT NULL REFERENCES professional (professional_id),
	profession_code  TEXT NOT NULL,
	specialty_code   TEXT NOT NULL,
	PRIMARY KEY (establishment_id, family_fold, given_fold, professional_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX professional_place_by_person ON professional_place (professional_id);

-- -------------------------------------------------------------------- blocks

CREATE TABLE block (
	patient_id      INTEGER NOT NULL REFERENCES patient (patient_id),
	professional_id INTEGER NOT NULL REFERENCES professional (professional_id),
	blocked_at_ms   INTEGER NOT NULL,
	PRIMARY KEY (patient_id, professional_id)
) STRICT, WITHOUT ROWID;

-- ------------------------------------------------------------------ accesses

-- Numbered per patient from 1 without holes, each row's hash covers the row
-- before (db/access.c). The professional is as the directory had them that day.
CREATE TABLE access (
	patient_id       INTEGER NOT NULL REFERENCES patient (patient_id),
	number           INTEGER NOT NULL CHECK (number > 0),
	at_ms            INTEGER NOT NULL,
	recorded_at_ms   INTEGER NOT NULL,
	rpps             TEXT NOT NULL,
	family_name      TEXT NOT NULL,
	given_name       TEXT NOT NULL,
	family_fold      TEXT NOT NULL,
	given_fold       TEXT NOT NULL,
	profession       TEXT NOT NULL,
	specialty        TEXT NOT NULL,
	establishment_id INTEGER NOT NULL,
	establishment    TEXT NOT NULL,
	motive           TEXT NOT NULL,
	motive_label     TEXT NOT NULL CHECK (length(motive_label) > 0),
	motive_detail    TEXT NOT NULL,
	result           INTEGER NOT NULL CHECK (result BETWEEN 0 AND 2),
	exam_id          INTEGER NOT NULL,
	until_ms         INTEGER NOT NULL,
	terminal         TEXT NOT NULL,
	hash             BLOB NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (patient_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_by_time ON access
	(patient_id, at_ms DESC, number DESC, family_fold, given_fold);
CREATE TRIGGER access_in_order BEFORE INSERT ON access
WHEN NEW.number <> COALESCE((SELECT MAX(number) FROM access
	WHERE patient_id = NEW.patient_id), 0) + 1
BEGIN
	SELECT RAISE(ABORT, 'accesses are numbered without holes');
END;
CREATE TRIGGER access_no_update BEFORE UPDATE ON access
BEGIN
	SELECT RAISE(ABORT, 'accesses are append-only');
END;
CREATE TRIGGER access_no_delete BEFORE DELETE ON access
BEGIN
	SELECT RAISE(ABORT, 'accesses are append-only');
END;

-- What a patient asks about an access, and what the establishment answers: the
-- access itself never changes. One question at a time.
CREATE TABLE contest (
	contest_id INTEGER PRIMARY KEY AUTOINCREMENT,
	patient_id INTEGER NOT NULL,
	number     INTEGER NOT NULL,
	at_ms      INTEGER NOT NULL,
	question   TEXT NOT NULL CHECK (length(question) BETWEEN 1 AND 500),
	FOREIGN KEY (patient_id, number) REFERENCES access (patient_id, number)
) STRICT;
CREATE INDEX contest_by_access ON contest (patient_id, number, contest_id);
CREATE TABLE contest_answer (
	contest_id INTEGER PRIMARY KEY REFERENCES contest (contest_id),
	at_ms      INTEGER NOT NULL,
	author     TEXT NOT NULL CHECK (length(author) BETWEEN 1 AND 100),
	answer     TEXT NOT NULL CHECK (length(answer) BETWEEN 1 AND 2000)
) STRICT;
CREATE TRIGGER contest_one_open BEFORE INSERT ON contest
WHEN EXISTS (SELECT 1 FROM contest WHERE contest_id = NEW.contest_id)
	OR EXISTS (SELECT 1 FROM contest c WHERE c.patient_id = NEW.patient_id
	AND c.number = NEW.number AND NOT EXISTS
	(SELECT 1 FROM contest_answer a WHERE a.contest_id = c.contest_id))
BEGIN
	SELECT RAISE(ABORT, 'one question at a time');
END;
CREATE TRIGGER contest_no_update BEFORE UPDATE ON contest
BEGIN
	SELECT RAISE(ABORT, 'questions are append-only');
END;
CREATE TRIGGER contest_no_delete BEFORE DELETE ON contest
BEGIN
	SELECT RAISE(ABORT, 'questions are append-only');
END;
CREATE TRIGGER contest_answer_no_replace BEFORE INSERT ON contest_answer
WHEN EXISTS (SELECT 1 FROM contest_answer WHERE contest_id = NEW.contest_id)
BEGIN
	SELECT RAISE(ABORT, 'answers are append-only');
END;
CREATE TRIGGER contest_answer_no_update BEFORE UPDATE ON contest_answer
BEGIN
	SELECT RAISE(ABORT, 'answers are append-only');
END;
CREATE TRIGGER contest_answer_no_delete BEFORE DELETE ON contest_answer
BEGIN
	SELECT RAISE(ABORT, 'answers are append-only');
END;
