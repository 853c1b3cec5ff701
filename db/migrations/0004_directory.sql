-- SPDX-License-Identifier: MIT
-- What is loaded from national directories, and patients' national numbers.
--
-- A directory of professionals is loaded beside the one in force, in many small
-- transactions, under a generation of its own; one row then says which
-- generation is in force (sequence 'directory'), so that a reader sees the old
-- one or the new one. What is no longer in force is taken away afterwards.
-- `professional` keeps who was ever known: its number, the account, blocks and
-- history stay, and its names are those of the day when the person left.

CREATE TABLE directory_load (
	load_id     INTEGER PRIMARY KEY CHECK (load_id > 0),
	-- 0 being loaded, 1 in force, 2 to be taken away, 3 gone
	state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
	begun_at_ms INTEGER NOT NULL,
	moved_at_ms INTEGER NOT NULL, -- newest line
	in_force_ms INTEGER NOT NULL, -- 0 = never was
	n_people    INTEGER NOT NULL CHECK (n_people >= 0),
	n_stayed    INTEGER NOT NULL CHECK (n_stayed >= 0), -- of the one in force then
	n_lines     INTEGER NOT NULL CHECK (n_lines >= 0)
) STRICT;
CREATE INDEX directory_load_state ON directory_load (state, load_id);

-- load_id: the loading that named this person last in this generation.
CREATE TABLE directory (
	generation      INTEGER NOT NULL,
	family_fold     TEXT NOT NULL,
	given_fold      TEXT NOT NULL,
	professional_id INTEGER NOT NULL REFERENCES professional (professional_id),
	family_name     TEXT NOT NULL CHECK (length(family_name) BETWEEN 1 AND 100),
	given_name      TEXT NOT NULL CHECK (length(given_name) <= 100),
	profession_code TEXT NOT NULL,
	specialty_code  TEXT NOT NULL,
	load_id         INTEGER NOT NULL,
	PRIMARY KEY (generation, family_fold, given_fold, professional_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX directory_by_person ON directory (generation, professional_id);
CREATE INDEX directory_by_given ON directory
	(generation, given_fold, family_fold, professional_id, profession_code, specialty_code);
CREATE INDEX directory_by_specialty ON directory
	(generation, specialty_code, family_fold, given_fold, professional_id, profession_code);
CREATE INDEX directory_by_profession ON directory
	(generation, profession_code, family_fold, given_fold, professional_id, specialty_code);

-- Who works where, with what a search in one place needs.
CREATE TABLE directory_place (
	generation       INTEGER NOT NULL,
	establishment_id INTEGER NOT NULL REFERENCES establishment (establishment_id),
	family_fold      TEXT NOT NULL,
	given_fold       TEXT NOT NULL,
	professional_id  INTEGER NOT NULL REFERENCES professional (professional_id),
	profession_code  TEXT NOT NULL,
	specialty_code   TEXT NOT NULL,
	PRIMARY KEY (generation, establishment_id, family_fold, given_fold, professional_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX directory_place_by_person ON directory_place (generation, professional_id);

-- Labels that a loading names: they become those of the lists with it.
CREATE TABLE directory_label (
	generation INTEGER NOT NULL,
	kind       INTEGER NOT NULL CHECK (kind IN (1, 2)), -- profession, specialty
	code       TEXT NOT NULL,
	label      TEXT NOT NULL,
	label_fold TEXT NOT NULL,
	PRIMARY KEY (generation, kind, code)
) STRICT, WITHOUT ROWID;

INSERT INTO sequence (name, value) VALUES ('directory', 1);
INSERT INTO directory_load SELECT 1, 1, 0, 0, 1, count(*), 0, count(*) FROM professional;
INSERT INTO directory SELECT 1, family_fold, given_fold, professional_id, family_name, given_name,
	profession_code, specialty_code, load_id FROM professional;
INSERT INTO directory_place SELECT 1, establishment_id, family_fold, given_fold, professional_id,
	profession_code, specialty_code FROM professional_place;
DROP TABLE professional_place;
DROP INDEX professional_by_family;
DROP INDEX professional_by_given;
DROP INDEX professional_by_specialty;
DROP INDEX professional_by_profession;

-- ------------------------------------------------------------------ patients

-- National numbers (INS): the 13 characters with the authority that gave them,
-- and how far the identity has been checked. A number is never shown in a log.
CREATE TABLE patient_ins (
	oid        TEXT NOT NULL CHECK (length(oid) BETWEEN 1 AND 64),
	matricule  TEXT NOT NULL CHECK (length(matricule) = 13),
	key        TEXT NOT NULL CHECK (length(key) IN (0, 2)),
	status     TEXT NOT NULL CHECK (status IN ('PROV', 'RECUP', 'VALI', 'QUAL')),
	patient_id INTEGER NOT NULL REFERENCES patient (patient_id),
	PRIMARY KEY (oid, matricule)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_ins_by_patient ON patient_ins (patient_id);
CREATE INDEX patient_ins_by_matricule ON patient_ins (matricule);

-- Commune or country of birth, as INSEE numbers them.
ALTER TABLE patient ADD COLUMN insee_place TEXT NOT NULL DEFAULT ''
	CHECK (length(insee_place) IN (0, 5));
-- How to reach somebody who has no account yet; the desk takes it over.
CREATE TABLE patient_contact (
	patient_id INTEGER PRIMARY KEY REFERENCES patient (patient_id),
	email      TEXT NOT NULL CHECK (length(email) <= 254),
	mobile     TEXT NOT NULL CHECK (length(mobile) <= 16)
) STRICT;
