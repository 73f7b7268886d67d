/** What a mutation gave of a user, for its audit event: names of fields, never values. */
export const changedFields = (fields: object): string =>
  JSON.stringify({
    fields: Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name)
      .sort(),
  });
