-- Where the process that leads is reached by the others; empty where it told nobody.
ALTER TABLE sql_lead ADD COLUMN address TEXT NOT NULL DEFAULT '';
