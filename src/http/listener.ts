import { createServer, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface ListenerPlace {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly certificate?: Certificate;
}

export interface Listener {
  readonly port: number;
  /**
   * Takes no new connections, answers on those that are there until they are gone; those that say nothing for five seconds are closed, those
   * that are still busy after `timeoutMillis` are cut.
   */
  stop(timeoutMillis: number): Promise<void>;
}

const limits: ServerOptions = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 65_000, // longer than the 60 seconds after which proxies let go of a connection
  requireHostHeader: false, // the app says so in JSON
};
const idleMillis = 5000;

/** Opens a listener. @throws Error with the code EADDRINUSE, EACCES … when the place cannot be had */
export const openListener = async (place: ListenerPlace, handler: RequestListener): Promise<Listener> => {
  const { certificate } = place;
  const server: Server =
    certificate === undefined
      ? createServer(limits)
      : createTlsServer({ ...limits, ...certificate, handshakeTimeout: 10_000, minVersion: 'TLSv1.2' });
  const begun = new WeakMap<Duplex, ServerResponse>();
  const open = trackConnections(server, certificate === undefined ? 'connection' : 'secureConnection');
  const take: RequestListener = (request, response) => {
    begun.set(request.socket, response);
    open.silent.delete(request.socket);
    handler(request, response);
  };
  server.on('request', take).on('checkExpectation', take);
  server.on('connect', (_, socket) => endWith(socket, refusals.method));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = begun.get(socket);
    const halfWay = response !== undefined && response.headersSent && !response.writableEnded;
    if (!socket.writable || halfWay) socket.destroy();
    else endWith(socket, refusalOf(error.code));
  });
  await listen(server, place);
  return { port: portOf(server), stop: (timeoutMillis) => stop(server, open, timeoutMillis) };
};

const listen = (server: Server, { host, port }: ListenerPlace): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });

const portOf = (server: Server): number => {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

interface Connections {
  /** All, also those whose TLS handshake is not over. */
  readonly all: ReadonlySet<Socket>;
  /** On which no request has begun yet: Node counts them neither as idle nor as busy. */
  readonly silent: Set<Socket>;
}

const trackConnections = (server: Server, whenOpen: 'connection' | 'secureConnection'): Connections => {
  const all = new Set<Socket>();
  const silent = new Set<Socket>();
  const trackIn = (set: Set<Socket>) => (socket: Socket) => {
    set.add(socket);
    socket.once('close', () => set.delete(socket));
  };
  server.on('connection', trackIn(all)).on(whenOpen, trackIn(silent));
  return { all, silent };
};

const destroyAll = (sockets: Iterable<Socket>): void => {
  for (const socket of sockets) socket.destroy();
};

const stop = async (server: Server, { all, silent }: Connections, timeoutMillis: number): Promise<void> => {
  const cutIdle = setTimeout(
    () => {
      server.closeIdleConnections();
      destroyAll(silent);
    },
    Math.min(idleMillis, timeoutMillis),
  );
  const cutAll = setTimeout(() => destroyAll(all), timeoutMillis);
  await new Promise<void>((resolve) => {
    // http.Server's own close would cut idle connections at once, and with them requests that are on their way.
    NetServer.prototype.close.call(server, () => resolve());
  });
  clearTimeout(cutIdle);
  clearTimeout(cutAll);
};

interface Refusal {
  readonly status: string;
  readonly description: string;
  readonly header?: string;
}

const refusals = {
  malformed: { status: '400 Bad Request', description: 'This is not a well-formed HTTP/1.1 request (RFC 9112).' },
  tooSlow: { status: '408 Request Timeout', description: 'The request did not arrive in time.' },
  headers: { status: '431 Request Header Fields Too Large', description: 'The header section is longer than 8 KiB.' },
  method: {
    status: '405 Method Not Allowed',
    description: 'This server is no proxy.',
    header: 'Allow: GET, HEAD, POST',
  },
} satisfies Record<string, Refusal>;

const refusalOf = (code: string | undefined): Refusal => {
  if (code === 'HPE_HEADER_OVERFLOW') return refusals.headers;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? refusals.tooSlow : refusals.malformed;
};

/** Answers what was no request, lets the answer arrive and closes. */
const endWith = (socket: Duplex, { status, description, header }: Refusal): void => {
  const body = JSON.stringify({ error: 'invalid_request', error_description: description });
  const lines = [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    'Pragma: no-cache',
    'X-Content-Type-Options: nosniff',
    ...(header === undefined ? [] : [header]),
    'Connection: close',
  ];
  socket.on('error', () => socket.destroy());
  socket.end([...lines, '', body].join('\r\n'));
  const patience = setTimeout(() => socket.destroy(), 1000);
  socket.once('close', () => clearTimeout(patience));
};
