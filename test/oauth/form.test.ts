import { describe, expect, it, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { EndpointRequest } from '../../src/oauth/endpoints/endpoint.js';
import { formDecoded, parseForm, readForm } from '../../src/oauth/form.js';
import { OAuthError } from '../../src/oauth/oauth-error.js';

const parse = (body: string | Buffer) => parseForm(Buffer.from(body));

const read = (request: Partial<EndpointRequest>) =>
  readForm({
    method: 'POST',
    query: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    authorization: [],
    body: Buffer.from('grant_type=client_credentials'),
    requestId: 'req',
    ...request,
  });

const refusal = (call: () => unknown) => {
  try {
    call();
    return 'no refusal';
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return `${error.code} ${error.status}`;
  }
};

describe('the form of a request', () => {
  it('decodes the example of RFC 6749 App. B, in names and in values', () => {
    const form = parse('custom=+%25%26%2B%C2%A3%E2%82%AC&+%25%26%2B%C2%A3%E2%82%AC=custom');
    expect(form.get('custom')).toBe(' %&+£€');
    expect(form.get(' %&+£€')).toBe('custom');
  });

  it('takes UTF-8 that was not encoded at all', () => {
    expect(parse('username=jos\u00E9').get('username')).toBe('jos\u00E9');
  });

  it('keeps a byte order mark as part of the name', () => {
    expect(parse('\uFEFFscope=a').get('scope')).toBeUndefined();
  });

  test.each([
    { value: 'scope=', why: 'an empty value (RFC 6749 §3.2)' },
    { value: 'scope', why: 'a name alone' },
    { value: 'Scope=a', why: 'another case of the name' },
    { value: 'scope[]=a', why: 'brackets, which have no meaning' },
    { value: '', why: 'an empty body' },
    { value: '&&', why: 'empty pairs' },
    { value: 'a=1;scope=2', why: 'a semicolon, which separates nothing' },
  ])('has no scope in $why', ({ value }) => {
    expect(parse(value).get('scope')).toBeUndefined();
  });

  test.each([
    { body: 'scope=a&scope=a', why: 'a repeated parameter, even with equal values (RFC 6749 §3.2)' },
    { body: 'scope=&scope=a', why: 'a repeated parameter, even if one is empty' },
    { body: 'foo=1&foo=2', why: 'a repeated parameter, even if it is unknown' },
    { body: 'sc%6Fpe=a&scope=b', why: 'a repeated parameter in two spellings' },
    { body: 'a=%ff', why: 'a byte that is no UTF-8' },
    { body: Buffer.from([0x61, 0x3d, 0xff]), why: 'a raw byte that is no UTF-8' },
    { body: 'a=%C0%80', why: 'overlong UTF-8' },
    { body: 'a=%ED%A0%80', why: 'an encoded surrogate' },
    { body: 'a=%C2', why: 'cut UTF-8' },
    { body: 'a=%ZZ', why: 'a percent sign without digits' },
    { body: 'a=%', why: 'a percent sign at the end' },
    { body: 'a=b%00c', why: 'an encoded U+0000' },
    { body: 'a=b\0c', why: 'a raw U+0000' },
    { body: '%00=a', why: 'U+0000 in a name' },
    { body: `${'n'.repeat(129)}=a`, why: 'a name of more than 128 bytes' },
    { body: `${'%C3%A9'.repeat(65)}=a`, why: 'a name of 130 bytes in 65 characters' },
    { body: Array.from({ length: 65 }, (_, n) => `p${n}=1`).join('&'), why: 'more than 64 parameters' },
  ])('refuses $why', ({ body }) => {
    expect(refusal(() => parse(body))).toBe('invalid_request 400');
  });

  it('takes 64 parameters and a name of 128 bytes', () => {
    const names = Array.from({ length: 63 }, (_, n) => `p${n}=1`);
    expect(parse([...names, `${'n'.repeat(128)}=a`].join('&')).get('p62')).toBe('1');
  });

  it.each(['resource', 'audience'])(
    'takes %s more than once (RFC 8707 §2, RFC 8693 §2.1), in the order sent',
    (name) => {
      const form = parse(`${name}=https://b.example&${name}=&${name}=https://a.example`);
      expect(form.getAll(name)).toEqual(['https://b.example', 'https://a.example']);
      expect(form.getAll('scope')).toEqual([]);
    },
  );

  test.each(['username[$ne]=x', 'username.$gt=', '__proto__[x]=1', '__proto__=1', 'constructor[prototype][x]=1'])(
    'takes %s for an unknown name and nothing else',
    (body) => {
      expect(parse(body).get('username')).toBeUndefined();
      expect(Reflect.get({}, 'x')).toBeUndefined();
    },
  );

  it('gives back every parameter that URLSearchParams wrote', () => {
    const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ''));
    const parameters = fc.uniqueArray(
      fc.tuple(
        text.filter((name) => Buffer.byteLength(name) <= 128),
        text,
      ),
      {
        selector: ([name]) => name,
        maxLength: 64,
      },
    );
    fc.assert(
      fc.property(parameters, (pairs) => {
        const form = parse(new URLSearchParams(pairs).toString());
        for (const [name, value] of pairs) {
          if (name === 'resource') continue;
          expect(form.get(name)).toBe(value === '' ? undefined : value);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('answers any bytes with a form or with invalid_request', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        expect(['no refusal', 'invalid_request 400']).toContain(refusal(() => parseForm(Buffer.from(body))));
      }),
      { numRuns: 3000 },
    );
  });

  it('undoes encodeURIComponent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(formDecoded(encodeURIComponent(text))).toBe(text);
      }),
    );
  });
});

describe('the request around the form', () => {
  test.each([
    'application/x-www-form-urlencoded',
    'APPLICATION/X-WWW-FORM-URLENCODED',
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/x-www-form-urlencoded;charset="UTF-8"',
    'application/x-www-form-urlencoded; charset=utf8',
    'application/x-www-form-urlencoded;charset="UTF8"',
    'application/x-www-form-urlencoded ; foo=bar',
  ])('takes the content type %s', (type) => {
    expect(read({ headers: { 'content-type': type } }).get('grant_type')).toBe('client_credentials');
  });

  test.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/x-www-form-urlencoded2',
    'application/x-www-form-urlencoded; charset=iso-8859-1',
    'application/x-www-form-urlencoded; charset=utf-8; charset=utf-16',
    'application/x-www-form-urlencoded; charset=utf-8=x',
    'application/x-www-form-urlencoded; charset=utf',
    'application/x-www-form-urlencoded; charset="utf-8',
    'application/x-www-form-urlencoded; charset=u"t"f-8',
  ])('refuses the content type %s (RFC 6749 App. B)', (type) => {
    expect(refusal(() => read({ headers: { 'content-type': type } }))).toBe('invalid_request 400');
  });

  it('refuses a body without a content type, and needs none without a body', () => {
    expect(refusal(() => read({ headers: {} }))).toBe('invalid_request 400');
    expect(read({ headers: {}, body: Buffer.alloc(0) }).get('grant_type')).toBeUndefined();
  });

  test.each([
    'client_id=x',
    'client_secret=x',
    'client_assertion=x',
    'username=x',
    'password=x',
    'code=x',
    'refresh_token=x',
    'assertion=x',
    'token=x',
    'access_token=x',
    'foo=1&client_secret',
    'cl%69ent_id=x',
    'a=%ff&password=',
  ])('refuses the query %s (RFC 6749 §2.3.1)', (query) => {
    expect(refusal(() => read({ query }))).toBe('invalid_request 400');
  });

  test.each(['foo=1', 'tenant=a&tenant=b', '%ff', 'Client_Id=x'])('ignores the query %s', (query) => {
    expect(read({ query }).get('grant_type')).toBe('client_credentials');
  });

  it('tries to decode no name of the query that fails: each failure takes as long as many names', () => {
    const decode = jest.spyOn(globalThis, 'decodeURIComponent');
    read({ query: '%zz&%ff&%e2%82%ac&a%=1' });
    expect(decode.mock.results).toEqual([]);
    decode.mockRestore();
  });
});
