-- SPDX-License-Identifier: MIT
-- Who at a desk handed over what a sign-in needs: nobody may hold both halves of one.
-- Accounts of the desk and their establishments that day, 0 = nobody at a desk.

-- Who printed the temporary password.
ALTER TABLE account ADD COLUMN temp_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN temp_by_establishment INTEGER NOT NULL DEFAULT 0;
-- Who showed the access code.
ALTER TABLE desk_code ADD COLUMN by_account INTEGER NOT NULL DEFAULT 0;
ALTER TABLE desk_code ADD COLUMN by_establishment INTEGER NOT NULL DEFAULT 0;
-- Who corrected the address that the code goes to.
ALTER TABLE contact_change ADD COLUMN by_account INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact_change ADD COLUMN by_establishment INTEGER NOT NULL DEFAULT 0;
