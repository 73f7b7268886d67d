import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Server as NetServer, Socket, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import type { Log } from '../model/log.js';
import type { Secret } from '../model/secret.js';
import { oneAtATime } from './one-at-a-time.js';
import { currentResponse, refusalFor, refusals, refuseConnections, type RefusalParts } from './refuse-connection.js';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: Secret;
}

export interface ListenerPlace {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly certificate?: Certificate;
  /** What `error_uri` begins with in answers to what is no request. */
  readonly issuerOf: (port: number) => string;
  /** Is told of what is refused without being a request. */
  readonly log: Log;
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
  joinDuplicateHeaders: true, // Node would drop all but the first one of those that may be there once
};
/** Node offers HTTP/1.1 alone and ends the handshake of who names another version, as `curl --http1.0` does, although it answers HTTP/1.0. */
const handshake: TlsOptions = {
  ALPNProtocols: ['http/1.1', 'http/1.0'],
  handshakeTimeout: 10_000,
  minVersion: 'TLSv1.2',
};
const stalledMillis = 30_000; // Node grants it twice where something went out since the last write
const idleMillis = 5000;

/** Opens a listener. @throws Error with the code EADDRINUSE, EACCES … when the place cannot be had */
export const openListener = async (place: ListenerPlace, handler: RequestListener): Promise<Listener> => {
  const { certificate } = place;
  const server: Server = certificate === undefined ? createServer(limits) : tlsServer(certificate);
  const connections = trackConnections(server, certificate === undefined ? 'connection' : 'secureConnection');
  const inTurn = oneAtATime(handler);
  server.on('request', inTurn).on('checkExpectation', inTurn).on('checkContinue', continueWhenRead(inTurn));
  server.setTimeout(stalledMillis, cutStalled);
  await listen(server, place);
  const port = portOf(server);
  refuseOn(server, connections.all, { issuer: place.issuerOf(port), log: place.log });
  return { port, stop: (timeoutMillis) => stop(server, connections, timeoutMillis) };
};

const tlsServer = ({ cert, key }: Certificate): Server =>
  createTlsServer({ ...limits, ...handshake, cert, key: key.reveal() });

/** Who waits to be told to go on is told so when his body is about to be read: a refusal spares him sending it (RFC 9110 §10.1.1). */
const continueWhenRead =
  (handler: RequestListener): RequestListener =>
  (request, response) => {
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue();
    });
    handler(request, response);
  };

/**
 * For connections on which nothing went in or out for a while. A client that takes nothing of its answer would otherwise have it kept for
 * ever, and a descriptor with it. An answer that takes long to make has nothing to send yet.
 */
const cutStalled = (socket: Socket): void => {
  if (socket.writableLength > 0 || currentResponse(socket) === undefined) socket.destroy();
};

const refuseOn = (server: Server, all: Iterable<Socket>, parts: RefusalParts): void => {
  const refuse = refuseConnections(parts);
  server.on('connect', (_, socket) => refuse(socket, refusals.method));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const beneath = error.code === 'ERR_SSL_HTTP_REQUEST' ? beneathTls(all, socket) : undefined;
    if (beneath === undefined) refuse(socket, refusalFor(error.code));
    else refuse(beneath, refusals.plain);
  });
};

/** The connection under a TLS socket, which a failed handshake has ended already: until the next turn it still takes an answer. */
const beneathTls = (all: Iterable<Socket>, secure: Duplex): Socket | undefined => {
  if (!(secure instanceof Socket)) return undefined;
  for (const socket of all) {
    if (socket.remotePort === secure.remotePort && socket.remoteAddress === secure.remoteAddress) return socket;
  }
  return undefined;
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
  /** Those that may say something, over TLS if that is what the listener speaks. */
  readonly open: ReadonlySet<Socket>;
}

const trackConnections = (server: Server, whenOpen: 'connection' | 'secureConnection'): Connections => {
  const all = new Set<Socket>();
  const open = new Set<Socket>();
  const trackIn = (set: Set<Socket>) => (socket: Socket) => {
    set.add(socket);
    socket.once('close', () => set.delete(socket));
  };
  server.on('connection', trackIn(all)).on(whenOpen, trackIn(open));
  return { all, open };
};

const destroyAll = (sockets: Iterable<Socket>): void => {
  for (const socket of sockets) socket.destroy();
};

/** On which nothing was said yet: Node counts them neither as idle nor as busy. */
const silentOf = (sockets: Iterable<Socket>): readonly Socket[] =>
  [...sockets].filter(({ bytesRead }) => bytesRead === 0);

const stop = async (server: Server, { all, open }: Connections, timeoutMillis: number): Promise<void> => {
  const cutIdle = setTimeout(
    () => {
      server.closeIdleConnections();
      destroyAll(silentOf(open));
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
