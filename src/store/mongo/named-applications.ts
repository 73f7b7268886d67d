import type { Cut } from './cut.js';

const atOnce = 20;

/** A look into two indexes for each, whatever the number of users. */
export const namedApplications = async (
  cut: Cut,
  after: string,
): Promise<readonly { readonly id: string; readonly known: boolean }[]> => {
  const ids: string[] = [];
  for (let id = await nextAfter(cut, after); id !== undefined; id = await nextAfter(cut, id)) {
    if (ids.push(id) === atOnce) break;
  }
  const { applications, run } = cut.collections;
  const known = await run(() =>
    applications
      .find({ _id: { $in: ids } })
      .select('_id')
      .session(cut.session)
      .lean<{ _id: string }[]>(),
  );
  const knownIds = new Set(known.map(({ _id }) => _id));
  return ids.map((id) => ({ id, known: knownIds.has(id) }));
};

const nextAfter = async ({ collections, session }: Cut, after: string): Promise<string | undefined> => {
  const { registrations, kept, run } = collections;
  const condition = { applicationId: { $gt: after } };
  const row = await run(() =>
    registrations
      .findOne(condition)
      .sort({ applicationId: 1, first: 1, userId: 1 })
      .select('applicationId')
      .session(session)
      .lean<{ applicationId: string }>(),
  );
  const period = await run(() =>
    kept
      .findOne(condition)
      .sort({ applicationId: 1, scope: 1, grain: 1, period: 1 })
      .select('applicationId')
      .session(session)
      .lean<{ applicationId: string }>(),
  );
  return [row, period].flatMap((found) => found?.applicationId ?? []).sort()[0];
};
