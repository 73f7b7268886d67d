/**
 * What a log may hold of an error: names, codes and places in the code, of its causes too. Messages are left out, because those of
 * libraries quote the values they were given.
 */
export const errorFields = (error: unknown): Readonly<Record<string, unknown>> => {
  if (!(error instanceof Error) && !isErrorLike(error)) return { error: typeof error };
  return {
    error: error.name,
    ...('code' in error && isShort(error.code) ? { code: error.code } : {}),
    // SQLite's constant words for its code: "database or disk is full" tells an operator what to do, ERR_SQLITE_ERROR does not.
    ...('errstr' in error && isShort(error.errstr) ? { reason: error.errstr } : {}),
    ...(error.stack === undefined ? {} : { at: placesOf(error.stack) }),
    ...(isErrorLike(error.cause) ? { cause: errorFields(error.cause) } : {}),
  };
};

/** Native modules may throw errors of another realm. */
const isErrorLike = (value: unknown): value is Error =>
  typeof value === 'object' && value !== null && 'name' in value && 'message' in value;

const placesOf = (stack: string): readonly string[] =>
  stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 8)
    .map((line) => line.trim().slice(3));

const isShort = (code: unknown): boolean => typeof code === 'number' || (typeof code === 'string' && code.length < 60);
