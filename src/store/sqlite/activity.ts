import type { ActivityStore, TokenTally, UserActivity } from '../port/activity.js';
import type { Engine } from './engine.js';
import { gone } from './gone.js';
import { maskOf } from './quarter-mask.js';

/** How many rows one write takes, so that no login waits long for them. */
const stepSize = 100;

/** Nothing is written for who is gone, so that nothing has to vanish later. */
export const sqliteActivity = (engine: Engine): ActivityStore => {
  const keepTally = tallyKeeper(engine);
  const keepUser = userKeeper(engine);
  return {
    record: async ({ tallies, users }) => {
      const rows = [...tallies.map((tally) => () => keepTally(tally)), ...users.map((user) => () => keepUser(user))];
      for (let begin = 0; begin < rows.length; begin += stepSize) {
        await engine.write(() => {
          for (const keep of rows.slice(begin, begin + stepSize)) keep();
        });
      }
    },
  };
};

/** Each call is part of a write. */
const tallyKeeper = (engine: Engine): ((tally: TokenTally) => void) => {
  const { isGoneApplication } = gone(engine);
  const replaceTally = engine.statement(
    `INSERT INTO token_tallies (application_id, environment, day, grant_type, server, quarters) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET quarters = excluded.quarters`,
  );
  return ({ applicationId, environment, day, grantType, server, quarters }) => {
    if (isGoneApplication(applicationId)) return;
    const figures = [...quarters].map(([quarter, { issued, refused }]) => [quarter, issued, refused]);
    replaceTally.run(applicationId, environment, day, grantType, server, JSON.stringify(figures));
  };
};

/** Each call is part of a write. */
const userKeeper = (engine: Engine): ((activity: UserActivity) => void) => {
  const { isGoneApplication, isErasedUser } = gone(engine);
  const addQuarters = engine.statement(
    `INSERT INTO user_days (application_id, environment, day, user_id, early, middle, late) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET early = early | excluded.early, middle = middle | excluded.middle, late = late | excluded.late`,
  );
  return ({ applicationId, environment, day, userId, quarters }) => {
    if (isGoneApplication(applicationId) || isErasedUser(userId)) return;
    const { early, middle, late } = maskOf(quarters);
    addQuarters.run(applicationId, environment, day, userId, early, middle, late);
  };
};
