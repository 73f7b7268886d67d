import { X509Certificate, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config.js';
import type { Certificate } from '../http/listener.js';
import { dayMillis, type EpochMillis } from '../model/clock.js';
import { Secret } from '../model/secret.js';
import { certificateFromFiles } from './certificate-files.js';
import { newCertificate } from './new-certificate.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

/**
 * The certificate of the public listener; undefined: plain HTTP. Development makes one in the data folder, and another one before it ends.
 * @throws StartRefused when the files that are named cannot be used
 */
export const certificateOf = async (config: Config, now: EpochMillis): Promise<Certificate | undefined> => {
  if (config.tls === 'off') return undefined;
  return config.tls === 'files' ? certificateFromFiles(config) : selfMade(join(config.dataDir, 'tls.pem'), now);
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
