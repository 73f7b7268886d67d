// What the clients know: everything that was acknowledged, and what may or may not have happened.

export const createHistory = (users, applications) => ({
  users: users.map((user) => ({ ...user, displayName: null, possibleNames: new Set(), isChanging: false })),
  applications,
  /** `application user` of every password grant whose answer was received whole, and of all that were asked for. */
  delivered: new Set(),
  attempted: new Set(),
  /** Lines of refresh tokens: { application, user, refreshToken, accessTokens, isBusy }. */
  families: [],
  /** Token → application, of tokens that must be active and of those whose end was acknowledged. */
  active: new Map(),
  ended: new Map(),
  /** Ids of users whose erasure was asked for, and of those for whom it was acknowledged. */
  doomed: new Set(),
  erased: new Set(),
  acknowledged: {},
  unanswered: {},
  violations: [],
});

export const pair = (application, userId) => `${application.id} ${userId}`;

export const oneOf = (items, random) => items[Math.floor(random() * items.length)];

export const note = (history, operation, answer) => {
  const counts = answer === undefined ? history.unanswered : history.acknowledged;
  counts[operation] = (counts[operation] ?? 0) + 1;
};

export const violate = (history, what, detail) => {
  history.violations.push({ what, detail });
};

/** A family that nobody works with at this moment. */
export const takeFamily = (history, random) => {
  const family = oneOf(
    history.families.filter(({ isBusy }) => !isBusy),
    random,
  );
  if (family !== undefined) family.isBusy = true;
  return family;
};

/** Its tokens end, or may have ended: nothing is known of them. */
export const forgetFamily = (history, family) => {
  history.families = history.families.filter((each) => each !== family);
  for (const token of family.accessTokens) history.active.delete(token);
};
