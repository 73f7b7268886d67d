import { once } from 'node:events';
import { createServer } from 'node:net';

const triedPorts = 20;

/** A port that a listener could have at this moment, the next above one that is taken if possible. @param except wanted by somebody else */
export const freePort = async (host: string, taken: number, except: number): Promise<number | undefined> => {
  for (let port = taken + 1; port <= Math.min(taken + triedPorts, 65_535); port += 1) {
    if (port !== except && (await tryPort(host, port)) !== undefined) return port;
  }
  return tryPort(host, 0);
};

/** @returns the port, or undefined when it cannot be had */
const tryPort = async (host: string, port: number): Promise<number | undefined> => {
  const probe = createServer();
  try {
    await once(probe.listen({ host, port, exclusive: true }), 'listening');
    const address = probe.address();
    return typeof address === 'object' ? address?.port : undefined;
  } catch {
    return undefined; // taken as well, or not ours to have
  } finally {
    probe.close();
  }
};
