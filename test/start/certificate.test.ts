import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { StartRefused } from '../../src/configuration/problem.js';
import { certificateOf } from '../../src/start/certificate.js';

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
  it('is taken as it is', async () => {
    const made = await certificateOf(await config(), now);
    const tls = {
      TALLYGATE_TLS: 'files',
      TALLYGATE_TLS_CERT_FILE: join(folder, 'c'),
      TALLYGATE_TLS_KEY_FILE: join(folder, 'k'),
    };
    writeFileSync(tls.TALLYGATE_TLS_CERT_FILE, made?.cert ?? '');
    writeFileSync(tls.TALLYGATE_TLS_KEY_FILE, made?.key.reveal() ?? '');
    const taken = await certificateOf(await config(tls), now);
    expect(taken?.cert).toBe(made?.cert);
    expect(taken?.key.reveal()).toBe(made?.key.reveal());
  });

  it('that is missing, or does not fit its key, stops the start', async () => {
    const tls = {
      TALLYGATE_TLS: 'files',
      TALLYGATE_TLS_CERT_FILE: join(folder, 'c'),
      TALLYGATE_TLS_KEY_FILE: join(folder, 'k'),
    };
    await expect(certificateOf(await config(tls), now)).rejects.toThrow(StartRefused);
    const made = await certificateOf(await config(), now);
    const other = await certificateOf(await config(), now + 380 * day);
    writeFileSync(tls.TALLYGATE_TLS_CERT_FILE, made?.cert ?? '');
    writeFileSync(tls.TALLYGATE_TLS_KEY_FILE, other?.key.reveal() ?? '');
    await expect(certificateOf(await config(tls), now)).rejects.toThrow(/not a PEM certificate and its private key/);
  });

  it('is none with TLS off', async () => {
    expect(await certificateOf(await config({ TALLYGATE_TLS: 'off' }), now)).toBeUndefined();
  });
});
