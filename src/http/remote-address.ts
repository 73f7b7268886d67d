import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, SocketAddress } from 'node:net';

export type RemoteAddressOf = (request: IncomingMessage) => string | undefined;

/**
 * Who sent a request: the peer, or what `X-Forwarded-For` says as far as trusted proxies have written it: read from the right, the
 * first address that is no trusted proxy. Some proxies write the port beside it, which is left out, and IPv6 has one spelling (RFC 5952).
 * @param trustedProxies addresses and networks in CIDR notation
 */
export const remoteAddressOf = (trustedProxies: readonly string[]): RemoteAddressOf => {
  if (trustedProxies.length === 0) return ({ socket }) => socket.remoteAddress;
  const trusted = blockList(trustedProxies);
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress;
    if (peer === undefined || !isTrusted(trusted, peer)) return peer;
    let nearest = peer;
    for (const hop of [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').reverse()) {
      const address = addressOf(hop.trim());
      if (address === undefined) return nearest;
      nearest = address;
      if (!isTrusted(trusted, address)) return nearest;
    }
    return nearest;
  };
};

/** Of a hop with or without a port: `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`. */
const addressOf = (hop: string): string | undefined => {
  const { bracketed, beforePort } = withPort.exec(hop)?.groups ?? {};
  const address = bracketed ?? beforePort ?? hop;
  const family = isIP(address);
  if (family === 0 || (bracketed !== undefined && family !== 6)) return undefined;
  return family === 4 ? address : new SocketAddress({ address, family: 'ipv6' }).address;
};

const withPort = /^(?:\[(?<bracketed>[^\]]*)\](?::\d{1,5})?|(?<beforePort>[\d.]+):\d{1,5})$/;

const blockList = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
};

/** An IPv4 address that is written as one of IPv6, as listeners on `::` see their peers, is found among those of IPv4. */
const isTrusted = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
