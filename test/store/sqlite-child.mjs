// Opens the embedded store in a process of its own: node sqlite-child.mjs <open.js> <file> hold | try | write | 'write without log'
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';

const [program = '', file = '', task = ''] = process.argv.slice(2);
const { openSqliteStore } = await import(pathToFileURL(program).href);

/** A pipe takes it at once: what is said was acknowledged before. */
const say = (line) => process.stdout.write(`${line}\n`);

const family = (id, at) => ({
  id,
  grantType: 'password',
  applicationId: 'application',
  keySetId: 'keys',
  clientId: 'client',
  environment: 'PRODUCTION',
  userId: `usr-of-${id}`,
  scopes: ['default'],
  epochs: { client: 0, grant: 0, user: 0 },
  generation: 1,
  generationAt: at,
  issuedAt: at,
  lastUsedAt: at,
  idleExpiresAt: at + 86_400_000,
  absoluteExpiresAt: at + 86_400_000,
});

/** The life of one login after the other, each step said when it is acknowledged. */
const write = async (store, name) => {
  for (let round = 0; ; round += 1) {
    const id = `${name}-${round}`;
    const at = store.clock();
    await store.tokens.open(family(id, at));
    say(`opened ${id}`);
    const registration = { applicationId: 'application', userId: `usr-of-${id}`, at };
    await store.registrations.record({ ...registration, environment: round % 3 === 0 ? 'SANDBOX' : 'PRODUCTION' });
    say(`registered ${id}`);
    const idleExpiresAt = at + 86_400_000;
    await store.tokens.advance({ familyId: id, expectedGeneration: 1, at: store.clock(), idleExpiresAt });
    say(`advanced ${id}`);
    if (round % 2 === 0) {
      await store.tokens.revokeFamily(id, store.clock());
      say(`revoked ${id}`);
    }
    if (round % 5 === 0) {
      await store.registrations.bury('application', `usr-of-${id}`);
      say(`buried ${id}`);
    }
  }
};

const sayEvent = (_fields, event) => say(event);
const log = { debug: sayEvent, info: sayEvent, warn: sayEvent, error: sayEvent };

const work = async () => {
  const store = await openSqliteStore(file, { log });
  say('open');
  if (task === 'write') {
    const lanes = Array.from({ length: 50 }, (_, lane) => write(store, `${process.pid}-${lane}`));
    for (const { reason } of await Promise.allSettled(lanes)) say(`failed: ${reason.name}`);
    say(`read: ${(await store.users.find('nobody')) === undefined}`);
    await store.close();
  }
  // By a listener: what nobody can reach any more is collected, and its lock goes with it.
  if (task === 'hold') process.stdin.on('end', () => store.close()).resume();
  if (task === 'try') await store.close();
};

/** As SQLite writes while it switches a file over to its log: the old pages in a journal, new ones in the file, and no end yet. */
const writeWithoutLog = () => {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE; DELETE FROM users');
  database.exec('CREATE TABLE more AS SELECT randomblob(99000) FROM sqlite_schema'); // more than the memory holds
  say('writing');
  process.stdin.on('end', () => database.close()).resume();
};

try {
  if (task === 'write without log') writeWithoutLog();
  else await work();
} catch (error) {
  say(`${error.name}: ${error.message}`);
}
