import { afterAll, beforeAll, expect } from '@jest/globals';
import { must, ours, rfcTable, type RfcRule } from '../support/rfc-table.js';
import { expectRefusal, expectToken, startRfcServer, type RfcClient, type RfcServer } from './rfc-server.js';

let server: RfcServer;
let client: RfcClient;
beforeAll(async () => {
  server = await startRfcServer();
  client = await server.client();
});
afterAll(() => server.close());

interface Sent extends RfcRule {
  /** The body, to which nothing is added; the default is a good one. */
  readonly body?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** 200, or what it is refused with. */
  readonly answer: 200 | string;
  readonly status?: number;
}

const good = 'grant_type=client_credentials';
const form = 'application/x-www-form-urlencoded';
const typed = (contentType: string): Pick<Sent, 'headers'> => ({ headers: { 'content-type': contentType } });
const refused = { answer: 'invalid_request' };

const requests: readonly Sent[] = [
  { ...must('§4.4.2', 4), behaviour: 'a form is read', ...typed(form), answer: 200 },
  {
    ...must('§4.4.2', 4),
    behaviour: 'the media type is compared without case',
    ...typed(form.toUpperCase()),
    answer: 200,
  },
  {
    ...must('App. B', 4),
    behaviour: 'a parameter of the media type is tolerated',
    ...typed(`${form}; x=y`),
    answer: 200,
  },
  {
    ...must('§4.4.2', 4),
    behaviour: 'JSON is refused',
    body: '{"grant_type":"client_credentials"}',
    ...typed('application/json'),
    ...refused,
  },
  {
    ...must('§4.4.2', 4),
    behaviour: 'a form that calls itself multipart is refused',
    ...typed('multipart/form-data; boundary=b'),
    ...refused,
  },
  { ...must('§4.4.2', 4), behaviour: 'a form that calls itself text is refused', ...typed('text/plain'), ...refused },
  { ...must('App. B', 5), behaviour: 'charset=utf-8 is read', ...typed(`${form};charset="UTF-8"`), answer: 200 },
  {
    ...must('App. B', 5),
    behaviour: 'another charset is refused',
    ...typed(`${form}; charset=iso-8859-1`),
    ...refused,
  },
  { ...must('App. B', 5), behaviour: 'bytes that are no UTF-8 are refused', body: `${good}&x=%ff`, ...refused },
  {
    ...must('App. B', 5),
    behaviour: 'a percent sign without two digits is refused',
    body: `${good}&x=%ZZ`,
    ...refused,
  },
  { ...must('App. B', 5), behaviour: 'overlong UTF-8 is refused', body: `${good}&x=%c0%af`, ...refused },
  {
    ...must('App. B', 5),
    behaviour: 'an encoded half of a surrogate pair is refused',
    body: `${good}&x=%ed%a0%80`,
    ...refused,
  },
  { ...ours('App. B', 5), behaviour: 'an encoded U+0000 is refused', body: `${good}&x=%00`, ...refused },
  {
    ...ours('§3.2', 6),
    behaviour: 'a body of 32 KiB is read',
    body: `${good}&x=`.padEnd(32 * 1024, 'x'),
    answer: 200,
  },
  {
    ...ours('§3.2', 6),
    behaviour: 'a longer body is refused with 413',
    body: `${good}&x=`.padEnd(32 * 1024 + 1, 'x'),
    status: 413,
    ...refused,
  },
  { ...ours('§3.2', 7), behaviour: '64 parameters are read', body: good + numbered(63), answer: 200 },
  { ...ours('§3.2', 7), behaviour: '65 parameters are refused', body: good + numbered(64), ...refused },
  {
    ...ours('§3.2', 7),
    behaviour: 'a name of 128 bytes is read',
    body: `${good}&${'é'.repeat(64)}=1`,
    answer: 200,
  },
  { ...ours('§3.2', 7), behaviour: 'a longer name is refused', body: `${good}&${'é'.repeat(64)}x=1`, ...refused },
  {
    ...ours('§3.2', 7),
    behaviour: 'a coded body is refused with 415',
    headers: { 'content-type': form, 'content-encoding': 'gzip' },
    status: 415,
    ...refused,
  },
  ...[
    'client_id',
    'client_secret',
    'client_assertion',
    'username',
    'password',
    'code',
    'refresh_token',
    'assertion',
    'token',
  ].map((name): Sent => ({
    ...must('§2.3.1', 8),
    behaviour: `${name} in the query is refused`,
    path: `/token?x=1&${name}=marked-${name}-in-the-query`,
    ...refused,
  })),
  {
    ...must('§2.3.1', 8),
    behaviour: 'an encoded name of a credential in the query is refused',
    path: '/token?client%5Fsecre%74=x',
    ...refused,
  },
  {
    ...must('§3.2', 8),
    behaviour: 'any other query is retained and ignored',
    path: '/token?tenant=1&grant_type=password',
    answer: 200,
  },
  {
    ...must('§3.2', 9),
    behaviour: 'a repeated parameter is refused',
    body: `${good}&scope=default&scope=test`,
    ...refused,
  },
  {
    ...must('§5.2', 9),
    behaviour: 'a repeated parameter with equal values is refused',
    body: `${good}&${good}`,
    ...refused,
  },
  { ...must('§3.2', 9), behaviour: 'a repeated unknown parameter is refused', body: `${good}&x=1&x=2`, ...refused },
  {
    ...must('§3.2', 9),
    behaviour: 'a parameter repeated with an empty value is refused',
    body: `${good}&scope=&scope=test`,
    ...refused,
  },
  {
    ...must('§3.2', 9),
    behaviour: 'a name that is encoded otherwise is still repeated',
    body: `${good}&scope=test&s%63ope=test`,
    ...refused,
  },
  {
    ...must('§3.2', 9),
    behaviour: 'a[] is a name like another: repeated, it is refused',
    body: `${good}&a[]=1&a[]=2`,
    ...refused,
  },
  {
    ...must('§3.2', 9),
    behaviour: 'audience and resource may be repeated (RFC 8693, RFC 8707)',
    body: `${good}&audience=a&audience=b&resource=&resource=`,
    answer: 200,
  },
  { ...must('§3.2', 9), behaviour: 'names that differ by case are two', body: `${good}&a=1&A=2`, answer: 200 },
  {
    ...must('App. B', 9),
    behaviour: 'a semicolon separates nothing',
    body: `${good}&scope=default;scope=test`,
    answer: 'invalid_scope',
  },
  { ...must('§3.2', 10), behaviour: 'an unknown parameter is ignored', body: `${good}&foo=1`, answer: 200 },
  { ...must('§3.2', 11), behaviour: 'scope without a value is omitted', body: `${good}&scope=`, answer: 200 },
  {
    ...must('§3.2', 11),
    behaviour: 'a parameter without a value or a sign is omitted',
    body: `${good}&scope`,
    answer: 200,
  },
  { ...must('§3.2', 11), behaviour: 'grant_type without a value is missing', body: 'grant_type=', ...refused },
  {
    ...must('§3.2', 11),
    behaviour: 'password without a value is missing, whoever the user is',
    body: 'grant_type=password&username=nobody&password=',
    ...refused,
  },
  {
    ...must('§3.2', 12),
    behaviour: 'names are case-sensitive: Grant_Type is unknown',
    body: 'Grant_Type=client_credentials',
    ...refused,
  },
  ...['username[$ne]=x', 'username.$gt=', '__proto__[x]=1', '__proto__=1', 'constructor[prototype][x]=1'].map(
    (pair): Sent => ({
      ...must('§3.2', 13),
      behaviour: `${pair} is an unknown parameter, and username is missing`,
      body: `grant_type=password&password=x&${pair}`,
      ...refused,
    }),
  ),
  {
    ...ours('§5.2', 17),
    behaviour: 'a refusal is JSON also for Accept: text/html',
    body: 'x=y',
    headers: { 'content-type': form, accept: 'text/html' },
    ...refused,
  },
  {
    ...ours('§3.2', 2),
    behaviour: 'X-HTTP-Method-Override and _method mean nothing',
    body: `${good}&_method=GET`,
    headers: { 'content-type': form, 'x-http-method-override': 'DELETE' },
    answer: 200,
  },
];

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `&p${index}=`).join('');
}

rfcTable(6749, requests, async ({ body = good, path = '/token', headers = {}, answer: expected, status = 400 }) => {
  const answer = await server.post(path, body, { ...client.ask, headers });
  if (expected === 200) expectToken(answer, { scope: 'default' });
  else expectRefusal(answer, status, expected);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  expect(JSON.stringify(server.logged)).not.toContain('marked-');
});
