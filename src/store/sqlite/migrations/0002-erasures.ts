export const erasures = `
-- Erased users of whom something is left: nothing of it is shown, and it goes step by step. Then nothing holds the id any more.
CREATE TABLE erasures (
  user_id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
`;
