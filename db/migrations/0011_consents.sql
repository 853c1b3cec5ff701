-- SPDX-License-Identifier: MIT
-- Consents are told to the audit trail. Those up to this number are not yet: the next
-- start of the server does it and sets it to 0.
INSERT INTO sequence (name, value)
	SELECT 'consent_unchained', COALESCE(MAX(consent_id), 0) FROM consent;
