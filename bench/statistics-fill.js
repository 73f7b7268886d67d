// Fills an embedded store with registrations of two years, through the store's port.
import { openSqliteStore } from '../dist/store/sqlite/open.js';

const day = 86_400_000;
const years = 730;
const otherApplications = 49;
/** Users on either side of the middle: of a million, six hours (see `instantOf`) hold some 480. */
const shown = 1000;
const audit = (id) => ({ id, at: 0, actor: 'bench', action: 'bench', outcome: 'ok', requestId: 'bench' });
const application = (id, name, createdAt) => ({
  id,
  name,
  enabled: true,
  labels: [],
  version: 1,
  createdAt,
  updatedAt: createdAt,
  keys: {},
});

const bigApplication = 'app_bench';
export const applicationIds = [
  bigApplication,
  ...Array.from({ length: otherApplications }, (_, index) => `app_other_${index}`),
];

const userId = (index) => `usr_${String(index).padStart(9, '0')}`;

/** The instants of `count` registrations in order: more from year to year, and more by day than by night. */
const instantOf = (now, count) => (index) => {
  const share = Math.sqrt((index + 0.5) / count);
  const at = now - years * day + share * years * day;
  const hour = Math.floor(at / 3_600_000) % 24;
  return Math.floor(hour < 6 ? at + 6 * 3_600_000 : at);
};

/** `count` registrations in one application, a hundredth of it in each of the others. */
export const fill = async (file, count, say) => {
  const store = await openSqliteStore(file);
  const now = store.clock();
  for (const [index, id] of applicationIds.entries()) {
    await store.applications.create(
      application(id, `Application ${index}`, now - years * day + index),
      audit(`a${id}`),
    );
  }
  const since = performance.now();
  for (const id of applicationIds) {
    const rows = id === bigApplication ? count : Math.ceil(count / 100);
    await importAll(store, {
      id,
      rows,
      at: instantOf(now - day, rows),
      progress: id === bigApplication ? say : undefined,
    });
  }
  const middle = Math.floor(count / 2);
  await addUsers(store, Math.max(0, middle - shown), Math.min(count, middle + shown));
  await store.close();
  const seconds = (performance.now() - since) / 1000;
  return { seconds, middle: instantOf(now - day, count)(middle) };
};

const importAll = async (store, { id, rows, at, progress }) => {
  for (let start = 0; start < rows; start += 1000) {
    const batch = Array.from({ length: Math.min(1000, rows - start) }, (_, index) => ({
      applicationId: id,
      environment: (start + index) % 10 === 0 ? 'SANDBOX' : 'PRODUCTION',
      userId: userId(start + index),
      at: Math.min(at(start + index), store.clock() - 1),
    }));
    await store.registrations.import(batch, { audit: audit(`i${id}${start}`) });
    if (start % 100_000 === 0)
      progress?.(`  ${(start + batch.length).toLocaleString('en-US')} of ${rows.toLocaleString('en-US')}`);
  }
};

/** Only those whom the measured page of the list can show: the others would be rows that nobody reads. */
const addUsers = async (store, from, to) => {
  const users = Array.from({ length: to - from }, (_, index) => userId(from + index));
  await Promise.all(
    users.map((id) =>
      store.users.create({ id, username: id.replace('_', ''), enabled: true, epoch: 0, createdAt: 0 }, audit(`u${id}`)),
    ),
  );
};
