import { connect, createServer, type Socket } from 'node:net';

/** What becomes of a message to the server: the request may be lost, its reply, or half of the reply. */
export type Fate = 'passes' | 'request_lost' | 'reply_lost' | 'reply_cut';

export interface LossyProxy {
  readonly port: number;
  /** How many messages did not pass. */
  readonly losses: () => number;
  close(): Promise<void>;
}

/** A random sequence that is the same in every run. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Of a hundred messages `percent` are lost, in each of the three ways. */
export const fates = (seed: number, percent: number): (() => Fate) => {
  const random = randomFrom(seed);
  const lost: readonly Fate[] = ['request_lost', 'reply_lost', 'reply_cut'];
  return () => (random() * 100 < percent ? (lost[Math.floor(random() * 3)] ?? 'passes') : 'passes');
};

/** Stands in front of a server and lets messages pass or breaks their connection. */
export const startLossyProxy = async (
  server: { readonly host: string; readonly port: number },
  nextFate: () => Fate,
): Promise<LossyProxy> => {
  const sockets = new Set<Socket>();
  let losses = 0;
  const listener = createServer((client) => {
    const upstream = connect(server);
    let fate: Fate = 'passes';
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (fate === 'passes') fate = nextFate();
      if (fate !== 'passes') losses += 1;
      if (fate === 'request_lost') client.destroy();
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (fate === 'passes') client.write(chunk);
      else if (fate === 'reply_cut') client.end(chunk.subarray(0, chunk.length >> 1));
      else client.destroy();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    losses: () => losses,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  };
};
