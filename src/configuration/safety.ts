import { isLoopback } from './loopback.js';
import type { Problem } from './problem.js';
import type { SettingName, SettingValues } from './settings.js';

export interface Judged {
  readonly values: SettingValues;
  readonly mode: 'development' | 'production';
  /** Also where the value was malformed, which is another problem. */
  readonly isGiven: (name: SettingName) => boolean;
}

/** What is missing or unsafe although every value is well-formed. */
export const safetyProblems = (judged: Judged): readonly Problem[] => [
  ...(judged.mode === 'production' ? productionProblems(judged) : []),
  ...tlsProblems(judged),
  ...bootstrapProblems(judged),
  ...listenerProblems(judged),
];

const newKey = 'TALLYGATE_SECRET_KEY=$(openssl rand -base64 32 | tr "+/" "-_" | tr -d "=")';

const productionProblems = (judged: Judged): readonly Problem[] => {
  const problems = missingInProduction(judged);
  const { host, managementHost } = judged.values;
  const [open] = [
    ...(isLoopback(host) ? [] : ['TALLYGATE_HOST']),
    ...(isLoopback(managementHost) ? [] : ['TALLYGATE_MANAGEMENT_HOST']),
  ];
  // Whoever only wanted to be reached by others did not ask for production.
  return problems.length === 0 || open === undefined
    ? problems
    : [{ sentence: `${open} is beyond loopback, which means production: there nothing is made up.` }, ...problems];
};

const missingInProduction = (judged: Judged): readonly Problem[] => {
  const { values, isGiven } = judged;
  const problems: Problem[] = [];
  if (!isGiven('issuer')) {
    const line = 'TALLYGATE_ISSUER=https://auth.example.com';
    problems.push({ sentence: 'TALLYGATE_ISSUER is missing: the URL by which clients know this server.', line });
  } else if (values.issuer?.startsWith('http:') === true && !isLoopback(new URL(values.issuer).hostname)) {
    const line = values.issuer.replace('http:', 'https:');
    problems.push({
      sentence: 'TALLYGATE_ISSUER must begin with https: (RFC 8414 §2).',
      line: `TALLYGATE_ISSUER=${line}`,
    });
  }
  if (!isGiven('secretKey')) {
    problems.push({ sentence: 'TALLYGATE_SECRET_KEY is missing: make it once and keep it.', line: newKey });
  }
  if (values.tls === 'dev' && !leavesFilesOut(judged)) {
    problems.push({
      sentence: 'A self-made certificate is for development: name the files of a real one, or a proxy that has one.',
      line: 'TALLYGATE_TLS=files TALLYGATE_TLS_CERT_FILE=/etc/tallygate/tls.crt TALLYGATE_TLS_KEY_FILE=/etc/tallygate/tls.key',
    });
  }
  return problems;
};

/** Where `TALLYGATE_TLS` is given somebody means it so: a flag may well leave out what tallygate.yaml names. */
const leavesFilesOut = ({ isGiven }: Judged): boolean =>
  !isGiven('tls') && (isGiven('tlsCertFile') || isGiven('tlsKeyFile'));

const tlsProblems = (judged: Judged): readonly Problem[] => {
  const { values, isGiven } = judged;
  const problems: Problem[] = [];
  const usesFiles = values.tls === 'files' || leavesFilesOut(judged);
  if (leavesFilesOut(judged)) {
    const line = 'TALLYGATE_TLS=files';
    problems.push({
      sentence: 'The files of a certificate are named, but TALLYGATE_TLS does not say to use them.',
      line,
    });
  }
  if (values.tls === 'off' && !isLoopback(values.host) && !isGiven('trustedProxies')) {
    problems.push({
      sentence: 'TALLYGATE_TLS=off beyond loopback is only safe behind a proxy with TLS: name the proxy.',
      line: 'TALLYGATE_TRUSTED_PROXIES=10.0.0.0/8',
    });
  }
  if (usesFiles && !isGiven('tlsCertFile')) {
    const line = 'TALLYGATE_TLS_CERT_FILE=/etc/tallygate/tls.crt';
    problems.push({ sentence: 'TALLYGATE_TLS=files needs a certificate.', line });
  }
  if (usesFiles && !isGiven('tlsKeyFile')) {
    const line = 'TALLYGATE_TLS_KEY_FILE=/etc/tallygate/tls.key';
    problems.push({ sentence: 'TALLYGATE_TLS=files needs the private key of the certificate.', line });
  }
  return problems;
};

const bootstrapProblems = ({ isGiven }: Judged): readonly Problem[] => {
  if (isGiven('bootstrapClientId') === isGiven('bootstrapClientSecret')) return [];
  return isGiven('bootstrapClientId')
    ? [{ sentence: 'TALLYGATE_BOOTSTRAP_CLIENT_ID needs TALLYGATE_BOOTSTRAP_CLIENT_SECRET beside it.' }]
    : [{ sentence: 'TALLYGATE_BOOTSTRAP_CLIENT_SECRET needs TALLYGATE_BOOTSTRAP_CLIENT_ID beside it.' }];
};

const listenerProblems = ({ values }: Judged): readonly Problem[] => {
  const { host, port, managementHost, managementPort } = values;
  if (port !== managementPort || port === 0 || !overlap(host, managementHost)) return [];
  return [
    {
      sentence: 'TALLYGATE_PORT and TALLYGATE_MANAGEMENT_PORT are the same port of the same address: choose two.',
      line: `TALLYGATE_MANAGEMENT_PORT=${port === 65535 ? port - 1 : port + 1}`,
    },
  ];
};

/** Whether a listener on one address keeps another one off its port: the same one, all of them, or a name for loopback. */
const overlap = (one: string, other: string): boolean => {
  const [first, second] = [one.toLowerCase(), other.toLowerCase()];
  if (first === second || [first, second].some((host) => /^[0.:]+$/.test(host))) return true;
  return isLoopback(one) && isLoopback(other) && [first, second].includes('localhost');
};
