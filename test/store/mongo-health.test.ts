import { describe, expect, it } from '@jest/globals';
import { createHealth, OutOfTime } from '../../src/store/mongo/health.js';
import { StoreBusy, StoreUnavailable } from '../../src/store/port/store.js';
import { recordingLog } from '../support/recording-log.js';

const open = () => {
  const { log, logged } = recordingLog();
  const time = { now: 0 };
  const pool = () => ({ connectionsInUse: 30, commandsWaiting: 12 });
  const health = createHealth({ log, pool, lifeMillis: 1_450, now: () => time.now });
  return { health, time, events: () => logged.map(({ event }) => event), logged };
};

const late = () => new StoreUnavailable(new OutOfTime());
const refused = () => new StoreUnavailable(new Error('connection refused'));

describe('what commands show of a MongoDB', () => {
  it('is that it is busy when others are answered, told once with what its connections do', () => {
    const { health, time, logged } = open();
    health.answered();
    time.now = 1_000;
    expect(health.failed(late())).toBeInstanceOf(StoreBusy);
    expect(health.failed(late())).toBeInstanceOf(StoreBusy);
    const fields = { connectionsInUse: 30, commandsWaiting: 12, connectionLimit: 30 };
    expect(logged).toEqual([{ level: 'warn', event: 'store_busy', fields }]);
  });

  it('is that it is away when nobody is answered, or nobody can connect', () => {
    const { health, time, events, logged } = open();
    expect(health.failed(late())).not.toBeInstanceOf(StoreBusy);
    health.answered();
    expect(health.failed(refused())).not.toBeInstanceOf(StoreBusy);
    time.now = 2_000;
    expect(health.failed(late())).not.toBeInstanceOf(StoreBusy);
    expect(events()).toEqual(['store_unavailable']);
    expect(logged[0]?.fields).toEqual({ error: 'OutOfTime' });
  });

  it('is that it lets the user in no more, told by the code of its answer', () => {
    const { health, logged } = open();
    health.failed(new StoreUnavailable(Object.assign(new Error('refused'), { name: 'MongoServerError', code: 18 })));
    expect(logged[0]).toMatchObject({ event: 'store_unavailable', fields: { error: 'MongoServerError', code: 18 } });
  });

  it('is that it is well again once nothing has failed for a while', () => {
    const { health, time, events } = open();
    health.failed(refused());
    for (time.now = 0; time.now <= 6_000; time.now += 1_000) health.answered();
    expect(events()).toEqual(['store_unavailable', 'store_recovered']);
  });
});
