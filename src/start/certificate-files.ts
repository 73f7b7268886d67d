import { X509Certificate, createPrivateKey, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { StartRefused, type Problem } from '../configuration/problem.js';
import type { Config } from '../config.js';
import type { Certificate } from '../http/listener.js';
import type { EpochMillis } from '../model/clock.js';
import type { Log } from '../model/log.js';
import { Secret } from '../model/secret.js';
import { readIfThere } from './private-file.js';

type FileSettings = Pick<Config, 'tls' | 'tlsCertFile' | 'tlsKeyFile'>;

/** What is wrong with the files of a certificate, where they are named. */
export const certificateProblems = (settings: FileSettings): readonly Problem[] =>
  settings.tls === 'files' ? lookAtFiles(settings).problems : [];

/** @throws StartRefused when the files that are named cannot be used */
export const certificateFromFiles = (settings: FileSettings): Certificate => {
  const { certificate, problems } = lookAtFiles(settings);
  if (certificate === undefined) throw new StartRefused(problems);
  return certificate;
};

/** Clients refuse a certificate before and after its time, while the server itself would notice nothing. */
export const warnOfItsTime = ({ cert }: Certificate, now: EpochMillis, log: Log): void => {
  const { validFrom, validTo } = new X509Certificate(cert);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  if (now < from || to < now) log.warn({ validFrom, validTo }, 'certificate_not_valid');
};

interface Found {
  /** Absent: one of its files is not named, or there are problems. */
  readonly certificate?: Certificate;
  readonly problems: readonly Problem[];
}

const lookAtFiles = ({ tlsCertFile, tlsKeyFile }: FileSettings): Found => {
  const problems: Problem[] = [];
  const [cert, key] = [
    contentOf(tlsCertFile, 'TALLYGATE_TLS_CERT_FILE', problems),
    contentOf(tlsKeyFile, 'TALLYGATE_TLS_KEY_FILE', problems),
  ];
  if (cert === undefined || key === undefined) return { problems };
  const faults = faultsOf(cert, key);
  return faults.length === 0
    ? { certificate: { cert, key: new Secret(key) }, problems }
    : { problems: faults.map((sentence) => ({ sentence })) };
};

const contentOf = (path: string | undefined, setting: string, problems: Problem[]): string | undefined => {
  if (path === undefined) return undefined;
  try {
    const text = readIfThere(path);
    if (text === undefined) problems.push({ sentence: `${setting} names a file that is not there.` });
    return text;
  } catch {
    problems.push({ sentence: `${setting} names a file that cannot be read.` });
    return undefined;
  }
};

const sentences = {
  certificate: 'TALLYGATE_TLS_CERT_FILE is no certificate in PEM: a text with -----BEGIN CERTIFICATE-----.',
  key: 'TALLYGATE_TLS_KEY_FILE is no private key in PEM: a text with -----BEGIN PRIVATE KEY-----.',
  encrypted: 'TALLYGATE_TLS_KEY_FILE is encrypted, and nobody is there to ask: write it anew with `openssl pkey`.',
  order: 'TALLYGATE_TLS_CERT_FILE has to begin with the certificate of the key, and goes on with who signed it.',
  pair: 'TALLYGATE_TLS_KEY_FILE is the key of another certificate than the one in TALLYGATE_TLS_CERT_FILE.',
  unusable: 'TLS refuses TALLYGATE_TLS_CERT_FILE: a certificate of its chain is damaged, or its key is too short.',
};

const faultsOf = (cert: string, key: string): readonly string[] => {
  const [first, privateKey] = [certificateIn(cert), privateKeyIn(key)];
  if (first === undefined || privateKey === undefined) {
    const keyFault = /\bENCRYPTED\b/.test(key) ? sentences.encrypted : sentences.key;
    return [...(first === undefined ? [sentences.certificate] : []), ...(privateKey === undefined ? [keyFault] : [])];
  }
  // OpenSSL itself takes a key of another type beside a certificate, and nothing at all: no handshake would ever succeed.
  if (!first.checkPrivateKey(privateKey)) return [isFurtherDown(cert, privateKey) ? sentences.order : sentences.pair];
  return isUsable(cert, key) ? [] : [sentences.unusable];
};

const certificateIn = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
};

const privateKeyIn = (pem: string): KeyObject | undefined => {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
};

const oneCertificate = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

const isFurtherDown = (chain: string, key: KeyObject): boolean =>
  (chain.match(oneCertificate) ?? []).some((pem) => certificateIn(pem)?.checkPrivateKey(key) === true);

const isUsable = (cert: string, key: string): boolean => {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
};
