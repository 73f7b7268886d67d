import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig, type Config } from '../../src/config.js';
import { StartRefused } from '../../src/configuration/problem.js';
import { startServer } from '../../src/server.js';
import { certificateOf } from '../../src/start/certificate.js';
import { newCertificate } from '../../src/start/new-certificate.js';
import { recordingLog } from '../support/recording-log.js';
import { ask } from '../support/server-process.js';

const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2026, 5, 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallygate-certificate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = (environment: Record<string, string> = {}) =>
  readConfig({ argv: [], folder, environment: { TALLYGATE_DATA_DIR: folder, ...environment } });

describe('the self-made certificate', () => {
  it('is for localhost and both loopback addresses, on P-256, signed by itself', async () => {
    const made = await certificateOf(await config(), now);
    const certificate = new X509Certificate(made?.cert ?? '');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.checkHost('example.com')).toBeUndefined();
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('is kept in one file that only its owner can read, and found again', async () => {
    const first = await certificateOf(await config(), now);
    const second = await certificateOf(await config(), now + 300 * day);
    expect(new X509Certificate(second?.cert ?? '').raw).toEqual(new X509Certificate(first?.cert ?? '').raw);
    expect(second?.cert).not.toContain('PRIVATE KEY');
    expect(statSync(join(folder, 'tls.pem')).mode & 0o777).toBe(0o600);
  });

  it.each([
    { when: 'it is about to end', spoil: (pem: string) => pem, at: now + 380 * day },
    { when: 'the clock stood before it', spoil: (pem: string) => pem, at: now - 2 * day },
    { when: 'its file is damaged', spoil: (pem: string) => pem.slice(0, 100), at: now },
  ])('is made anew when $when', async ({ spoil, at }) => {
    const first = await certificateOf(await config(), now);
    const path = join(folder, 'tls.pem');
    writeFileSync(path, spoil(readFileSync(path, 'utf8')));
    const second = await certificateOf(await config(), at);
    expect(second?.cert).not.toBe(first?.cert);
    expect(Date.parse(new X509Certificate(second?.cert ?? '').validTo)).toBeGreaterThan(at + 300 * day);
  });
});

describe('a certificate from files', () => {
  const filesNamed = () => ({
    TALLYGATE_TLS: 'files',
    TALLYGATE_TLS_CERT_FILE: join(folder, 'c'),
    TALLYGATE_TLS_KEY_FILE: join(folder, 'k'),
    TALLYGATE_PORT: '0',
    TALLYGATE_MANAGEMENT_PORT: '0',
  });
  const fromFiles = (cert: string, key: string): Promise<Config> => {
    const settings = filesNamed();
    writeFileSync(settings.TALLYGATE_TLS_CERT_FILE, cert);
    writeFileSync(settings.TALLYGATE_TLS_KEY_FILE, key);
    return config(settings);
  };

  /** Two pairs, and the key of the first one in every form. */
  const made = async () => {
    const [one, other] = [await newCertificate(now), await newCertificate(now)];
    const key = createPrivateKey(one.key.reveal());
    const encrypted = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
    return {
      cert: one.cert,
      key: one.key.reveal(),
      otherCert: other.cert,
      rsaKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      pkcs8: key.export({ ...encrypted, type: 'pkcs8' }),
      sec1: key.export({ ...encrypted, type: 'sec1' }),
    };
  };
  type Made = Awaited<ReturnType<typeof made>>;

  it.each<{ it: string; cert: (made: Made) => string }>([
    { it: 'is taken as it is', cert: ({ cert }) => cert },
    { it: 'may be a chain', cert: ({ cert, otherCert }) => cert + otherCert },
    { it: 'may have text and lines of Windows', cert: ({ cert }) => `A name\r\n${cert.replaceAll('\n', '\r\n')}` },
  ])('$it', async ({ cert }) => {
    const files = await made();
    const taken = await certificateOf(await fromFiles(cert(files), files.key), now);
    expect(taken?.cert).toBe(cert(files));
    expect(taken?.key.reveal()).toBe(files.key);
  });

  it.each<{ what: string; files: (made: Made) => readonly [cert: string, key: unknown]; sentences: readonly RegExp[] }>(
    [
      { what: 'empty', files: ({ key }) => ['', key], sentences: [/CERT_FILE is no certificate in PEM/] },
      {
        what: 'the other file',
        files: ({ cert, key }) => [key, cert],
        sentences: [/CERT_FILE is no certificate in PEM/, /KEY_FILE is no private key in PEM/],
      },
      {
        what: 'of another key',
        files: ({ otherCert, key }) => [otherCert, key],
        sentences: [/of another certificate/],
      },
      {
        what: 'of a key of another type',
        files: ({ cert, rsaKey }) => [cert, rsaKey],
        sentences: [/of another certificate/],
      },
      {
        what: 'a chain that begins elsewhere',
        files: ({ cert, otherCert, key }) => [otherCert + cert, key],
        sentences: [/has to begin with the certificate of the key/],
      },
      {
        what: 'a chain with a damaged end',
        files: ({ cert, otherCert, key }) => [cert + otherCert.replace('M', '?'), key],
        sentences: [/TLS refuses/],
      },
      { what: 'beside an encrypted key', files: ({ cert, pkcs8 }) => [cert, pkcs8], sentences: [/is encrypted/] },
      { what: 'beside one of the old form', files: ({ cert, sec1 }) => [cert, sec1], sentences: [/is encrypted/] },
    ],
  )('that is $what stops the start', async ({ files, sentences }) => {
    const [cert, key] = files(await made());
    const refused = await certificateOf(await fromFiles(cert, String(key)), now).catch((error: unknown) => error);
    const problems = refused instanceof StartRefused ? refused.problems : [];
    expect(problems.map(({ sentence }) => sentence)).toEqual(sentences.map((each) => expect.stringMatching(each)));
  });

  it('that is missing stops the start', async () => {
    await expect(certificateOf(await config(filesNamed()), now)).rejects.toThrow(StartRefused);
  });

  it.each([
    { when: 'is over', made: Date.UTC(2020, 0, 1), warns: true },
    { when: 'has not begun', made: Date.UTC(2999, 0, 1), warns: true },
    { when: 'is good', made: Date.now(), warns: false },
  ])('that $when is served, with a warning: $warns', async ({ made, warns }) => {
    const { cert, key } = await newCertificate(made);
    const { log, logged } = recordingLog();
    const server = await startServer({ config: await fromFiles(cert, key.reveal()), log, version: '0' });
    await server.ready;
    expect((await ask(`${server.issuer}/readyz`)).status).toBe(200);
    await server.stop();
    expect(logged.some(({ level, event }) => level === 'warn' && event === 'certificate_not_valid')).toBe(warns);
  });

  it('is none with TLS off', async () => {
    expect(await certificateOf(await config({ TALLYGATE_TLS: 'off' }), now)).toBeUndefined();
  });
});
