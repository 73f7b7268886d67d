export const shorterBodies = `
-- Nothing to change: bodies of access tokens leave out what has a column, which older versions could not read.
`;
