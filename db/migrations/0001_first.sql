-- SPDX-License-Identifier: MIT
-- The first schema.
--
-- Times are UTC epoch milliseconds, 0 = never. Texts are never NULL: '' = none.
-- *_fold is the fold that sorts and searches use (text_fold). What a person
-- reads together lies together (exams by patient and date, frames by series
-- and place); what is only appended lies in order of arrival.
--
-- Numbers that connections remember are never given twice (AUTOINCREMENT).

CREATE TABLE sequence (
	name  TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sequence (name, value) VALUES ('exam', 0);

-- ------------------------------------------------------------------ persons

CREATE TABLE establishment (
	establishment_id INTEGER PRIMARY KEY AUTOINCREMENT,
	finess           TEXT UNIQUE CHECK (length(finess) BETWEEN 1 AND 14),
	name             TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
	name_fold        TEXT NOT NULL
) STRICT;
CREATE INDEX establishment_by_name ON establishment (name_fold);

CREATE TABLE patient (
	patient_id    INTEGER PRIMARY KEY AUTOINCREMENT,
	civility      TEXT NOT NULL,
	given_name    TEXT NOT NULL,
	used_name     TEXT NOT NULL,
	birth_name    TEXT NOT NULL,
	sex           TEXT NOT NULL CHECK (sex IN ('', 'F', 'M')),
	birth_date    INTEGER NOT NULL CHECK (birth_date BETWEEN 0 AND 99991231),
	created_at_ms INTEGER NOT NULL
) STRICT;

-- Local numbers (IPP): meaningful only with who gave them.
CREATE TABLE patient_number (
	authority  TEXT NOT NULL,
	ipp        TEXT NOT NULL CHECK (length(ipp) > 0),
	patient_id INTEGER NOT NULL REFERENCES patient (patient_id),
	PRIMARY KEY (authority, ipp)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_number_by_patient ON patient_number (patient_id);

-- Every consent given and withdrawn; the newest row counts.
CREATE TABLE consent (
	consent_id       INTEGER PRIMARY KEY AUTOINCREMENT,
	patient_id       INTEGER NOT NULL REFERENCES patient (patient_id),
	given            INTEGER NOT NULL CHECK (given IN (0, 1)),
	at_ms            INTEGER NOT NULL,
	operator_name    TEXT NOT NULL,
	establishment_id INTEGER REFERENCES establishment (establishment_id)
) STRICT;
CREATE INDEX consent_by_patient ON consent (patient_id, consent_id);
CREATE TRIGGER consent_no_replace BEFORE INSERT ON consent
WHEN EXISTS (SELECT 1 FROM consent WHERE consent_id = NEW.consent_id)
BEGIN
	SELECT RAISE(ABORT, 'consent is append-only');
END;
CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent
BEGIN
	SELECT RAISE(ABORT, 'consent is append-only');
END;
CREATE TRIGGER consent_no_delete BEFORE DELETE ON consent
BEGIN
	SELECT RAISE(ABORT, 'consent is append-only');
END;

CREATE TABLE account (
	account_id         INTEGER PRIMARY KEY AUTOINCREMENT,
	patient_id         INTEGER UNIQUE REFERENCES patient (patient_id),
	role               INTEGER NOT NULL CHECK (role BETWEEN 1 AND 5),
	state              INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
	identifier         TEXT NOT NULL UNIQUE CHECK (length(identifier) BETWEEN 1 AND 64),
	email              TEXT NOT NULL CHECK (length(email) <= 254),
	mobile             TEXT NOT NULL CHECK (length(mobile) <= 16),
	language           TEXT NOT NULL,
	password_hash      TEXT NOT NULL,
	temp_hash          TEXT NOT NULL,
	temp_expires_at_ms INTEGER NOT NULL,
	created_at_ms      INTEGER NOT NULL,
	CHECK (role <> 1 OR patient_id IS NOT NULL)
) STRICT;

-- No active account of a patient without a consent in force.
CREATE TRIGGER account_needs_consent BEFORE INSERT ON account
WHEN NEW.state = 1 AND NEW.patient_id IS NOT NULL AND COALESCE((SELECT given FROM consent
	WHERE patient_id = NEW.patient_id ORDER BY consent_id DESC LIMIT 1), 0) = 0
BEGIN
	SELECT RAISE(ABORT, 'no consent');
END;
CREATE TRIGGER account_keeps_consent BEFORE UPDATE OF state, patient_id ON account
WHEN NEW.state = 1 AND NEW.patient_id IS NOT NULL AND COALESCE((SELECT given FROM consent
	WHERE patient_id = NEW.patient_id ORDER BY consent_id DESC LIMIT 1), 0) = 0
BEGIN
	SELECT RAISE(ABORT, 'no consent');
END;

-- ---------------------------------------------------------------- signing in

-- Failures and sends; keys are hashes, of unknown identifiers too.
CREATE TABLE counter (
	kind     INTEGER NOT NULL,
	key      BLOB NOT NULL CHECK (length(key) = 32),
	n        INTEGER NOT NULL CHECK (n BETWEEN 0 AND 4294967295),
	since_ms INTEGER NOT NULL,
	last_ms  INTEGER NOT NULL,
	PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE challenge (
	challenge_id  INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id    INTEGER NOT NULL REFERENCES account (account_id),
	state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2), -- open, used, ended
	created_at_ms INTEGER NOT NULL,
	sent_at_ms    INTEGER NOT NULL,
	expires_at_ms INTEGER NOT NULL,
	closed_at_ms  INTEGER NOT NULL DEFAULT 0,
	channel       INTEGER NOT NULL,
	tries_left    INTEGER NOT NULL CHECK (tries_left BETWEEN 0 AND 1000),
	n_sends       INTEGER NOT NULL CHECK (n_sends BETWEEN 0 AND 1000),
	temp_password INTEGER NOT NULL CHECK (temp_password IN (0, 1)),
	code_hash     BLOB NOT NULL CHECK (length(code_hash) = 32),
	binding       BLOB NOT NULL CHECK (length(binding) = 32)
) STRICT;
CREATE UNIQUE INDEX challenge_open ON challenge (account_id) WHERE state = 0;

CREATE TABLE session (
	session_id    INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id    INTEGER NOT NULL REFERENCES account (account_id),
	patient_id    INTEGER NOT NULL,
	role          INTEGER NOT NULL,
	kind          INTEGER NOT NULL,
	opened_at_ms  INTEGER NOT NULL,
	active_at_ms  INTEGER NOT NULL,
	idle_limit_ms INTEGER NOT NULL CHECK (idle_limit_ms > 0),
	ends_at_ms    INTEGER NOT NULL,
	generation    INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
	factors       INTEGER NOT NULL CHECK (factors BETWEEN 0 AND 4294967295),
	token_hash    BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32)
) STRICT;
CREATE INDEX session_by_account ON session (account_id);

-- ------------------------------------------------------- messages and evidence

CREATE TABLE outbox (
	outbox_id     INTEGER PRIMARY KEY AUTOINCREMENT,
	kind          INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),
	state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
	channel       INTEGER NOT NULL,
	account_id    INTEGER NOT NULL REFERENCES account (account_id),
	address       TEXT NOT NULL,
	language      TEXT NOT NULL,
	subject       TEXT NOT NULL,
	body          TEXT NOT NULL,
	created_at_ms INTEGER NOT NULL,
	due_at_ms     INTEGER NOT NULL,
	expires_at_ms INTEGER NOT NULL,
	n_tries       INTEGER NOT NULL CHECK (n_tries BETWEEN 0 AND 4294967295),
	key           BLOB NOT NULL UNIQUE CHECK (length(key) = 16)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (kind, outbox_id) WHERE state = 0;
CREATE INDEX outbox_next ON outbox (due_at_ms) WHERE state = 0;

-- Numbered without holes, each row's hash covers the row before (db/audit.c).
CREATE TABLE audit (
	seq           INTEGER PRIMARY KEY,
	at_ms         INTEGER NOT NULL,
	event         TEXT NOT NULL CHECK (length(event) BETWEEN 1 AND 64),
	actor_account INTEGER NOT NULL,
	actor         TEXT NOT NULL,
	patient_id    INTEGER NOT NULL,
	exam_id       INTEGER NOT NULL,
	terminal      TEXT NOT NULL,
	result        TEXT NOT NULL CHECK (length(result) > 0),
	detail        TEXT NOT NULL,
	hash          BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
WHEN NEW.seq IS NULL OR NEW.seq <> COALESCE((SELECT MAX(seq) FROM audit), 0) + 1
BEGIN
	SELECT RAISE(ABORT, 'audit is numbered without holes');
END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
	SELECT RAISE(ABORT, 'audit is append-only');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
	SELECT RAISE(ABORT, 'audit is append-only');
END;

-- --------------------------------------------------------------------- exams

CREATE TABLE exam (
	patient_id       INTEGER NOT NULL REFERENCES patient (patient_id),
	taken_at_ms      INTEGER NOT NULL,
	exam_id          INTEGER NOT NULL UNIQUE,
	establishment_id INTEGER REFERENCES establishment (establishment_id),
	modality         TEXT NOT NULL,
	description      TEXT NOT NULL,
	description_fold TEXT NOT NULL,
	study_uid        TEXT NOT NULL UNIQUE CHECK (length(study_uid) BETWEEN 1 AND 64),
	accession_number TEXT NOT NULL,
	released_at_ms   INTEGER NOT NULL,
	has_report       INTEGER NOT NULL CHECK (has_report IN (0, 1)),
	n_images         INTEGER NOT NULL CHECK (n_images BETWEEN 0 AND 4294967295),
	PRIMARY KEY (patient_id, taken_at_ms DESC, exam_id DESC)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
	series_id     INTEGER PRIMARY KEY AUTOINCREMENT,
	exam_id       INTEGER NOT NULL REFERENCES exam (exam_id),
	series_uid    TEXT NOT NULL CHECK (length(series_uid) BETWEEN 1 AND 64),
	number        INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
	modality      TEXT NOT NULL,
	description   TEXT NOT NULL,
	body_part     TEXT NOT NULL,
	n_frames      INTEGER NOT NULL CHECK (n_frames BETWEEN 0 AND 4294967295),
	rows          INTEGER NOT NULL CHECK (rows BETWEEN 0 AND 65535),
	columns       INTEGER NOT NULL CHECK (columns BETWEEN 0 AND 65535),
	frame_time_ms REAL NOT NULL,
	UNIQUE (exam_id, series_uid)
) STRICT;

CREATE TABLE instance (
	instance_id         INTEGER PRIMARY KEY, -- drawn at random before the row
	series_id           INTEGER NOT NULL REFERENCES series (series_id),
	sop_uid             TEXT NOT NULL UNIQUE CHECK (length(sop_uid) BETWEEN 1 AND 64),
	sop_class_uid       TEXT NOT NULL,
	transfer_syntax_uid TEXT NOT NULL,
	instance_number     INTEGER NOT NULL,
	rows                INTEGER NOT NULL CHECK (rows BETWEEN 0 AND 65535),
	columns             INTEGER NOT NULL CHECK (columns BETWEEN 0 AND 65535),
	n_frames            INTEGER NOT NULL CHECK (n_frames BETWEEN 0 AND 4294967295),
	added_at_ms         INTEGER NOT NULL
) STRICT;

-- `place` sorts as bytes in the order in which frames are shown (db/place.h).
CREATE TABLE frame (
	series_id   INTEGER NOT NULL REFERENCES series (series_id),
	place       BLOB NOT NULL CHECK (length(place) = 24),
	instance_id INTEGER NOT NULL REFERENCES instance (instance_id),
	byte_offset INTEGER NOT NULL CHECK (byte_offset >= 0),
	n_bytes     INTEGER NOT NULL CHECK (n_bytes BETWEEN 1 AND 4294967295),
	info        BLOB NOT NULL,
	PRIMARY KEY (series_id, place)
) STRICT, WITHOUT ROWID;

-- Runs of neighbouring frames: n frames from this place up to the next run, so
-- that the k-th frame of a series is found without walking over k frames.
CREATE TABLE frame_run (
	series_id INTEGER NOT NULL REFERENCES series (series_id),
	place     BLOB NOT NULL CHECK (length(place) IN (0, 24)),
	n_frames  INTEGER NOT NULL CHECK (n_frames BETWEEN 1 AND 4294967295),
	PRIMARY KEY (series_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE report (
	report_id    INTEGER PRIMARY KEY AUTOINCREMENT,
	exam_id      INTEGER NOT NULL REFERENCES exam (exam_id),
	instance_id  INTEGER NOT NULL REFERENCES instance (instance_id),
	title        TEXT NOT NULL,
	author       TEXT NOT NULL,
	text         TEXT NOT NULL,
	signed_at_ms INTEGER NOT NULL,
	is_final     INTEGER NOT NULL CHECK (is_final IN (0, 1)),
	added_at_ms  INTEGER NOT NULL
) STRICT;
CREATE INDEX report_by_exam ON report (exam_id);
