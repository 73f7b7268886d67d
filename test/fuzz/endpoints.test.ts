import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EndpointResponse } from '../../src/oauth/endpoints/endpoint.js';
import {
  mutatedBasic,
  mutatedForm,
  mutatedToken,
  oddAssertion,
  oddForm,
  oddJwt,
  oddLogin,
  sparing,
  type CaseMaker,
} from './cases.js';
import { caseCount, randomOf, seed } from './random.js';
import { openTarget, type Case, type Target } from './target.js';

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

interface Kind {
  readonly kind: string;
  readonly make: CaseMaker;
  /** Of all cases. */
  readonly share: number;
  /** How many are asked at once: as many as a server batches, and no more logins than wait for a hash. */
  readonly together: number;
}

const kinds: readonly Kind[] = [
  { kind: 'forms with changed bytes', make: mutatedForm, share: 0.38, together: 50 },
  { kind: 'forms with odd parameters', make: oddForm, share: 0.17, together: 50 },
  { kind: 'Basic headers with changed bytes', make: mutatedBasic, share: 0.17, together: 50 },
  { kind: 'tokens with changed bytes', make: mutatedToken, share: 0.15, together: 50 },
  { kind: 'JWTs with odd members', make: oddJwt, share: 0.08, together: 50 },
  { kind: 'client assertions with odd members', make: oddAssertion, share: 0.047, together: 50 },
  { kind: 'odd logins', make: oddLogin, share: 0.003, together: 4 },
];

/** What is wrong with an answer; undefined: nothing. */
const complaint = (path: string, { status, headers, body = '' }: EndpointResponse): string | undefined => {
  if (headers['content-type'] !== 'application/json' || headers['cache-control'] !== 'no-store') return 'headers';
  const answer: Readonly<Record<string, unknown>> = JSON.parse(body);
  if (status === 200) return isSuccess(path, answer) ? undefined : 'a success that is none';
  if (![400, 401, 403, 415].includes(status)) return `status ${status}`;
  if (Object.keys(answer).join() !== 'error,error_description,error_uri,request_id') return 'members';
  if (!/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/.test(String(answer['error_description']))) return 'characters';
  return status !== 401 || headers['www-authenticate'] !== undefined ? undefined : 'no challenge';
};

const isSuccess = (path: string, answer: Readonly<Record<string, unknown>>): boolean => {
  if (path === '/token') return typeof answer['access_token'] === 'string';
  return path === '/revoke' ? Object.keys(answer).length === 0 : typeof answer['active'] === 'boolean';
};

const patienceMillis = 20_000;

const answersTo = async (requests: readonly Case[]): Promise<readonly EndpointResponse[]> => {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`One of these hangs: ${JSON.stringify(requests)}`)), patienceMillis);
  });
  const answers = Promise.all(requests.map((request) => target.ask(request)));
  return Promise.race([answers, patience]).finally(() => clearTimeout(timer));
};

/** Cases `from` up to `to`, which is left out. */
const run = async ({ make, together }: Kind, from: number, to: number): Promise<void> => {
  for (let next = from; next < to; next += together) {
    const size = Math.min(together, to - next);
    const requests = Array.from({ length: size }, (_, index) =>
      sparing(make)(target, randomOf(seed + (next + index) * 7919)),
    );
    for (const [index, answer] of (await answersTo(requests)).entries()) {
      const request = requests[index] ?? target.corpus.requests[0];
      const wrong = complaint(request.path, answer);
      if (wrong === undefined) continue;
      throw new Error(`${wrong} (TALLYGATE_TEST_FUZZ_SEED=${seed}): ${JSON.stringify({ request, answer })}`);
    }
  }
};

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

describe(`${caseCount} requests from the seed ${seed}`, () => {
  it.each(kinds)(
    '$kind get an answer of the protocol: never 5xx, never a hang, and no memory grows',
    async (kind) => {
      const count = Math.ceil(caseCount * kind.share);
      const warm = Math.ceil(count / 4);
      await run(kind, 0, warm);
      const before = heapBytes();
      await run(kind, warm, count);
      expect(heapBytes() - before).toBeLessThan(4 * 1024 * 1024);
    },
    1_800_000,
  );

  it('heard constant sentences: what a request holds is in no refusal and in no line of the log', () => {
    expect(target.said.size).toBeGreaterThan(30);
    expect(target.said.size).toBeLessThan(100);
  });

  it('left the good requests as good as they were', async () => {
    for (const request of target.corpus.requests.filter(({ body }) => !body.includes('password'))) {
      expect(await target.ask(request)).toMatchObject({ status: 200 });
    }
  });
});
