import { expect, it } from '@jest/globals';
import { logWhile, storeWaitNotes } from '../src/store-wait.js';
import { StoreUnavailable } from '../src/store/port/store.js';
import { recordingLog } from './support/recording-log.js';

it('tells that the start waits for its store at once, and then not more than every half minute', () => {
  const { log, logged } = recordingLog();
  let now = 5_000;
  const note = storeWaitNotes(log, () => now);
  for (; now < 70_000; now += 1_000) note(new StoreUnavailable(undefined));
  expect(logged.map(({ event, fields }) => [event, fields['waitedSeconds']])).toEqual([
    ['store_unavailable', 0],
    ['store_unavailable', 30],
    ['store_unavailable', 60],
  ]);
});

it('passes on what is said while the condition holds, and nothing else', () => {
  const { log, logged } = recordingLog();
  let holds = false;
  const heard = logWhile(() => holds, log);
  heard.warn({}, 'store_busy');
  holds = true;
  heard.warn({ connectionLimit: 30 }, 'store_busy');
  expect(logged).toEqual([{ level: 'warn', event: 'store_busy', fields: { connectionLimit: 30 } }]);
});
