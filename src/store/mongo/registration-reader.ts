import type { RegistrationReader } from '../port/registrations.js';
import { compareKept } from './compare-kept.js';
import type { Cut } from './cut.js';
import type { RegistrationDocument } from './documents.js';
import { histogramOf } from './histogram.js';
import { firstField, scopeOf } from './kept-periods.js';
import { all, behind, pageOf } from './listing.js';
import { namedApplications } from './named-applications.js';
import { nobody, registrationOf } from './registration-rows.js';

export const registrationReader = (cut: Cut): RegistrationReader => ({
  histogram: (histogram) => histogramOf(cut, histogram),
  page: pageIn(cut),
  compareKept: (query) => compareKept(cut, query),
  extent: extentIn(cut),
  namedApplications: (after) => namedApplications(cut, after),
});

const pageIn =
  ({ collections, session }: Cut): RegistrationReader['page'] =>
  async ({ applicationId, environment, from, to }, request) => {
    const field = firstField[scopeOf(environment)];
    const condition = all([
      { applicationId, userId: { $ne: nobody } },
      { [field]: { $gte: from ?? 0, ...(to === undefined ? {} : { $lt: to }) } },
      ...behind(request, [field, 'userId'], '$gt'),
    ]);
    const rows = await collections.run(() =>
      collections.registrations
        .find(condition)
        .sort({ [field]: 1, userId: 1 })
        .limit(request.first + 1)
        .session(session)
        .lean<RegistrationDocument[]>(),
    );
    return pageOf(rows, request, registrationOf);
  };

const extentIn =
  ({ collections, session }: Cut): RegistrationReader['extent'] =>
  async ({ applicationId, environment, from = -Infinity }) => {
    const field = firstField[scopeOf(environment)];
    const end = async (direction: 1 | -1): Promise<number | undefined> => {
      const row = await collections.run(() =>
        collections.registrations
          .findOne({ applicationId, [field]: { $gte: from } })
          .sort({ [field]: direction, userId: direction })
          .session(session)
          .lean<RegistrationDocument>(),
      );
      return row?.[field];
    };
    const first = await end(1);
    const last = await end(-1);
    return first === undefined || last === undefined ? undefined : { first, last };
  };
