import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { hostInvalid, hostMissing, transferCoded } from '../oauth/endpoints/request-refusals.js';

/**
 * What makes a request that Node's parser let through no HTTP/1.1 message all the same; undefined: nothing. The listener joins repeated
 * headers, so that two Host lines are one that is no host name. An empty Host is one (RFC 9112 §3.3): there is only one server here.
 */
export const requestFault = ({ headers, httpVersionMinor }: IncomingMessage): Error | undefined => {
  const { host, 'transfer-encoding': coding } = headers;
  const isOld = httpVersionMinor === 0;
  // First: whatever else is wrong, only this refusal ends the connection.
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || isOld)) return transferCoded();
  if (host === undefined && !isOld) return hostMissing();
  return host === undefined || isHost(host) ? undefined : hostInvalid();
};

/** `uri-host [ ":" port ]` of RFC 9110 §7.2. */
const isHost = (host: string): boolean => {
  if (named.test(host)) return true;
  const address = bracketed.exec(host)?.[1];
  return address !== undefined && isIPv6(address);
};

/**
 * A name or an IPv4 address, with what RFC 3986 §3.2.2 allows in it. User information before an `@` is let through: nothing is taken from
 * Host, so `evil@x` gets the same answer as everybody.
 */
const named = /^(?:[\w.~!$&'()*+,;=@-]|%[0-9a-f]{2})*(?::\d*)?$/i;
const bracketed = /^\[([0-9a-f:.]+)\](?::\d*)?$/i;
