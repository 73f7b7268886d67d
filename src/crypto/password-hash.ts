/** Today's cost of argon2id (RFC 9106): 19 MiB, two passes, one lane. */
export const hashParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

const today = `$argon2id$v=19$m=${hashParameters.memoryCost},t=${hashParameters.timeCost},p=${hashParameters.parallelism}$`;

/** Nobody's hash, at today's cost: what a password is verified against where there is no hash. */
export const dummyHash = `${today}${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** What a stored hash may cost at most: one that was damaged or planted must not take the memory or the minute of everybody. */
const ceiling = { memoryCost: 65_536, timeCost: 5, parallelism: 4 };

const phcString =
  /^\$argon2id\$v=19\$m=(?<memoryCost>\d{1,6}),t=(?<timeCost>\d{1,2}),p=(?<parallelism>\d{1,2})\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{22,86}$/;

/** Whether a stored hash is an argon2id PHC string that may be verified here. */
export const isVerifiable = (hash: string): boolean => {
  const { memoryCost, timeCost, parallelism } = phcString.exec(hash)?.groups ?? {};
  return (
    Number(memoryCost) <= ceiling.memoryCost &&
    Number(timeCost) <= ceiling.timeCost &&
    Number(parallelism) <= ceiling.parallelism
  );
};

export const hasTodaysCost = (hash: string): boolean => hash.startsWith(today);
