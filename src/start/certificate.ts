import { X509Certificate, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { StartRefused, type Problem } from '../configuration/problem.js';
import type { Config } from '../config.js';
import type { Certificate } from '../http/listener.js';
import { dayMillis, type EpochMillis } from '../model/clock.js';
import { Secret } from '../model/secret.js';
import { newCertificate } from './new-certificate.js';
import { readIfThere, readPrivateFile, writePrivateFile } from './private-file.js';

/**
 * The certificate of the public listener; undefined: plain HTTP. Development makes one in the data folder, and another one before it ends.
 * @throws StartRefused when the files that are named cannot be used
 */
export const certificateOf = async (config: Config, now: EpochMillis): Promise<Certificate | undefined> => {
  if (config.tls === 'off') return undefined;
  return config.tls === 'files' ? fromFiles(config) : selfMade(join(config.dataDir, 'tls.pem'), now);
};

type FileSettings = Pick<Config, 'tls' | 'tlsCertFile' | 'tlsKeyFile'>;

/** What is wrong with the files of a certificate, where they are named. */
export const certificateProblems = (settings: FileSettings): readonly Problem[] =>
  settings.tls === 'files' ? lookAtFiles(settings).problems : [];

const fromFiles = (settings: FileSettings): Certificate => {
  const { certificate, problems } = lookAtFiles(settings);
  if (certificate === undefined) throw new StartRefused(problems);
  return certificate;
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
  try {
    createSecureContext({ cert, key });
    return { certificate: { cert, key: new Secret(key) }, problems };
  } catch {
    return { problems: [{ sentence: notAPair }] };
  }
};

const notAPair = 'TALLYGATE_TLS_CERT_FILE and TALLYGATE_TLS_KEY_FILE are not a PEM certificate and its private key.';

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

/** One file for both halves, so that they always belong together. */
const selfMade = async (path: string, now: EpochMillis): Promise<Certificate> => {
  const kept = readPrivateFile(path) ?? '';
  if (isGood(kept, now)) return { cert: publicPart(kept), key: new Secret(kept) };
  const { cert, key } = await newCertificate(now);
  writePrivateFile(path, key.reveal() + cert);
  return { cert, key };
};

/** The key stands in front. */
const publicPart = (pem: string): string => pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'));

const renewedBeforeMillis = 30 * dayMillis;

const isGood = (pem: string, now: EpochMillis): boolean => {
  try {
    const certificate = new X509Certificate(publicPart(pem));
    const isCurrent =
      Date.parse(certificate.validTo) - renewedBeforeMillis > now && Date.parse(certificate.validFrom) <= now;
    return isCurrent && certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    return false; // not there, or not what we wrote: a new one is as good
  }
};
