import { connect, createServer, type Socket } from 'node:net';

/** Stands between a store and its server. */
export interface CuttingProxy {
  readonly port: number;
  /**
   * The next message to the server that holds `text` is carried out, but its reply is lost: the connection breaks instead. Resolves when it
   * has happened.
   */
  loseReplyTo(text: string): Promise<void>;
  close(): Promise<void>;
}

export const startCuttingProxy = async (server: {
  readonly host: string;
  readonly port: number;
}): Promise<CuttingProxy> => {
  const sockets = new Set<Socket>();
  let loss: { readonly text: string; readonly happened: () => void } | undefined;
  const listener = createServer((client) => {
    const upstream = connect(server);
    let cutting: (() => void) | undefined;
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
      if (loss !== undefined && chunk.includes(loss.text)) {
        cutting = loss.happened;
        loss = undefined;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (cutting === undefined) {
        client.write(chunk);
        return;
      }
      cutting();
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    loseReplyTo: (text) =>
      new Promise((resolve) => {
        loss = { text, happened: resolve };
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  };
};
