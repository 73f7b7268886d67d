import type * as X509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import type { Certificate } from '../http/listener.js';
import { dayMillis, type EpochMillis } from '../model/clock.js';
import { Secret } from '../model/secret.js';

const lifeMillis = 397 * dayMillis;

/** A self-signed certificate for localhost, 127.0.0.1 and ::1 with an EC P-256 key. The library is loaded only here. */
export const newCertificate = async (now: EpochMillis): Promise<Certificate> => {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=localhost, O=Tallygate development certificate',
      notBefore: new Date(now - dayMillis),
      notAfter: new Date(now + lifeMillis),
      signingAlgorithm: algorithm,
      keys,
      extensions: extensionsBy(x509),
    },
    webcrypto,
  );
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: new Secret(`${x509.PemConverter.encode(privateKey, 'PRIVATE KEY')}\n`),
  };
};

const extensionsBy = (x509: typeof X509): X509.Extension[] => [
  new x509.BasicConstraintsExtension(false, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
  new x509.SubjectAlternativeNameExtension([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ]),
];
