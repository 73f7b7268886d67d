import type { RequestListener } from 'node:http';
import { isLoopback } from '../configuration/loopback.js';
import { refuseStart } from '../configuration/problem.js';
import { openListener, type Listener, type ListenerPlace } from '../http/listener.js';

/**
 * Opens a listener.
 * @param setting what the operator would change: `TALLYGATE_` and this, with HOST or PORT behind it
 * @throws StartRefused when the place cannot be had
 */
export const listen = async (
  place: ListenerPlace,
  handler: RequestListener,
  setting: '' | 'MANAGEMENT_',
): Promise<Listener> => {
  try {
    return await openListener(place, handler);
  } catch (cause) {
    const { host, port } = place;
    switch (codeOf(cause)) {
      case 'EADDRINUSE': {
        const line = `TALLYGATE_${setting}PORT=${port + 1}`;
        throw refuseStart(`Port ${port} on ${host} is taken by another process. Choose another one.`, { line, cause });
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

/** How people and clients on this machine call a listener. */
export const urlOf = (scheme: 'http' | 'https', host: string, port: number): string => {
  const name = isLoopback(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${name}:${port}`;
};

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
