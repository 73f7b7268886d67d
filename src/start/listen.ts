import type { RequestListener } from 'node:http';
import { isLoopback } from '../configuration/loopback.js';
import { refuseStart } from '../configuration/problem.js';
import { openListener, type Listener, type ListenerPlace } from '../http/listener.js';
import { freePort } from './free-port.js';

/** How a refusal speaks of the place of a listener. */
export interface PlaceSettings {
  /** What the operator would change: `TALLYGATE_` and this, with HOST or PORT behind it. */
  readonly setting: '' | 'MANAGEMENT_';
  /** Port of the other listener, which is not to be had either. */
  readonly otherPort: number;
}

/**
 * Opens a listener.
 * @throws StartRefused when the place cannot be had
 */
export const listen = async (
  place: ListenerPlace,
  handler: RequestListener,
  { setting, otherPort }: PlaceSettings,
): Promise<Listener> => {
  try {
    return await openListener(place, handler);
  } catch (cause) {
    const { host, port } = place;
    switch (codeOf(cause)) {
      case 'EADDRINUSE': {
        const free = await freePort(host, port, otherPort);
        const line = free === undefined ? {} : { line: `TALLYGATE_${setting}PORT=${free}` };
        throw refuseStart(`Port ${port} on ${host} is taken by another process. Choose another one.`, {
          ...line,
          cause,
        });
      }
      case 'EACCES':
        throw refuseStart(`Port ${port} needs rights that this process does not have. Choose one from 1024.`, {
          cause,
        });
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        throw refuseStart(`TALLYGATE_${setting}HOST is no address of this machine.`, { cause });
      default:
        throw cause;
    }
  }
};

/** How people and clients on this machine call a listener: without the port that the scheme has anyway, as URLs are compared (RFC 3986 §6.2.3). */
export const urlOf = (scheme: 'http' | 'https', host: string, port: number): string => {
  const name = isLoopback(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return port === schemePorts[scheme] ? `${scheme}://${name}` : `${scheme}://${name}:${port}`;
};

const schemePorts = { http: 80, https: 443 };

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
