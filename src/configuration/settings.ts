import type { Parse } from './values.js';
import {
  clientId,
  clientSecret,
  databaseUrl,
  hostName,
  issuerUrl,
  networks,
  oneOf,
  path,
  secretKeys,
  wholeNumber,
  yesOrNo,
  zoneName,
} from './values.js';

/** One setting: what it is parsed by, what stands where nothing is given, and what the documentation says. */
export interface Setting<T> {
  readonly parse: Parse<T>;
  /** The value where nothing is given. */
  readonly absent: T;
  /** The same in words. */
  readonly byDefault: string;
  readonly meaning: string;
}

const required = <T>(parse: Parse<T>, text: string, meaning: string): Setting<T> => ({
  parse,
  absent: parse(text),
  byDefault: `\`${text}\``,
  meaning,
});

const optional = <T>(parse: Parse<T>, byDefault: string, meaning: string): Setting<T | undefined> => ({
  parse,
  absent: undefined,
  byDefault,
  meaning,
});

/** THE table of settings: types, validation, `--help` and the README's table follow from it. */
export const settings = {
  issuer: optional(
    issuerUrl,
    '`https://localhost:PORT` in development',
    'Issuer identifier and base of every URL that is handed out; never taken from a request. Required in production.',
  ),
  host: required(hostName, '127.0.0.1', 'Address of the public listener. A bind beyond loopback means production.'),
  port: required(wholeNumber(0, 65535), '8243', 'Port of the public listener; 0 takes a free one.'),
  tls: required(
    oneOf('dev', 'off', 'files'),
    'dev',
    'Certificate of the public listener: `dev` (self-made), `off` (none; only on loopback or behind `TALLYGATE_TRUSTED_PROXIES`), `files`.',
  ),
  tlsCertFile: optional(path, '', 'PEM file with the certificate chain, for `TALLYGATE_TLS=files`.'),
  tlsKeyFile: optional(path, '', 'PEM file with its private key.'),
  databaseUrl: optional(
    databaseUrl,
    '`file:` in the data folder',
    'Where everything is kept: `file:PATH` (one server) or `mongodb://…` (MongoDB 5.0 or later, replica set or sharded cluster).',
  ),
  dataDir: required(path, '.tallygate', 'Folder of the embedded store and of what development makes by itself.'),
  secretKey: optional(
    secretKeys,
    'made in the data folder in development',
    '32 random bytes in base64url, or several separated by commas: the first writes, all read. The same on all servers of a store. Required in production.',
  ),
  trustedProxies: optional(
    networks,
    'none',
    'Addresses or networks of proxies whose `X-Forwarded-For` is believed, separated by commas.',
  ),
  managementHost: required(
    hostName,
    '127.0.0.1',
    'Address of the management listener (`/metrics`, health). A bind beyond loopback means production.',
  ),
  managementPort: required(wholeNumber(0, 65535), '9000', 'Port of the management listener; 0 takes a free one.'),
  logLevel: required(
    oneOf('debug', 'info', 'warn', 'error'),
    'info',
    'The least that is logged: `debug`, `info`, `warn` or `error`.',
  ),
  logFormat: optional(
    oneOf('json', 'text'),
    '`text` on a terminal, else `json`',
    '`json` (one object a line) or `text` (for people).',
  ),
  statisticsTimeZone: required(zoneName, 'UTC', 'IANA time zone of statistics where a query names none.'),
  metricsPerApplication: required(
    yesOrNo,
    'false',
    'Adds `tallygate_registered_users{application}` to `/metrics`, 200 series at most.',
  ),
  drainDelay: optional(
    wholeNumber(0, 600),
    '3 in production, else 0',
    'Seconds between SIGTERM, when `/readyz` falls, and the closing of the listener.',
  ),
  shutdownTimeout: required(
    wholeNumber(1, 600),
    '10',
    'Seconds that requests have to finish after the listener has closed.',
  ),
  bootstrapClientId: optional(
    clientId,
    '',
    'A first client, made at the start if there is none of this id: all management scopes, `client_credentials`.',
  ),
  bootstrapClientSecret: optional(clientSecret, '', 'Its secret, 20 to 255 characters.'),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

/** What the settings say, each parsed. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value> ? Value : never;
};

export const settingNames = Object.keys(settings).filter((name): name is SettingName => name in settings);

/** `dataDir` → `data-dir`: the name of the flag and of the key in tallygate.yaml. */
export const flagName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `dataDir` → `TALLYGATE_DATA_DIR`. */
export const variableName = (name: string): string => `TALLYGATE_${flagName(name).replaceAll('-', '_').toUpperCase()}`;
