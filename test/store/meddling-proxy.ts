import { connect, createServer, type Socket } from 'node:net';

/** Stands between a store and its server, and meddles with the next message to the server that holds a text. */
export interface MeddlingProxy {
  /** The same URL by way of the proxy. */
  through(url: string): string;
  /** The message is carried out, but its reply is lost: the connection breaks instead. Resolves when it has happened. */
  loseReplyTo(text: string): Promise<void>;
  /** The message stays here until it is let go. Resolves when it is here. */
  hold(text: string): Promise<{ letGo(): void }>;
  /** From now on every message takes so much longer on its way to the server. */
  delay(millis: number): void;
  close(): Promise<void>;
}

type Meddling = { readonly text: string } & (
  | { readonly kind: 'lose'; readonly happened: () => void }
  | { readonly kind: 'hold'; readonly happened: (held: { letGo(): void }) => void }
);

export const startMeddlingProxy = async (serverUrl: string): Promise<MeddlingProxy> => {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const waiting: Meddling[] = [];
  let delayMillis = 0;
  const take = (chunk: Buffer): Meddling | undefined => {
    const place = waiting.findIndex(({ text }) => chunk.includes(text));
    return place < 0 ? undefined : waiting.splice(place, 1)[0];
  };
  const listener = createServer((client) => {
    const server = connect({ host: hostname, port: Number(port) });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    relay({ client, server }, { take, delayMillis: () => delayMillis });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  return {
    through: (url) => {
      const changed = new URL(url);
      changed.port = `${typeof address === 'object' && address !== null ? address.port : 0}`;
      changed.searchParams.set('directConnection', 'true');
      return changed.href;
    },
    loseReplyTo: (text) => new Promise((happened) => waiting.push({ kind: 'lose', text, happened })),
    hold: (text) => new Promise((happened) => waiting.push({ kind: 'hold', text, happened })),
    delay: (millis) => {
      delayMillis = millis;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  };
};

/** A connection carries one command at a time, so that what comes back next is the reply to what went last. */
const relay = (
  { client, server }: { readonly client: Socket; readonly server: Socket },
  { take, delayMillis }: { readonly take: (chunk: Buffer) => Meddling | undefined; readonly delayMillis: () => number },
): void => {
  let losing: (() => void) | undefined;
  client.on('data', (chunk) => {
    const meddling = take(chunk);
    if (meddling?.kind === 'hold') {
      meddling.happened({ letGo: () => server.write(chunk) });
      return;
    }
    losing = meddling?.happened;
    if (delayMillis() === 0) server.write(chunk);
    else setTimeout(() => server.write(chunk), delayMillis());
  });
  server.on('data', (chunk) => {
    if (losing === undefined) {
      client.write(chunk);
      return;
    }
    losing();
    client.destroy();
  });
};
