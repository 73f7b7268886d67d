import { connect, type Socket } from 'node:net';
import { expect } from '@jest/globals';
import { closeAtTheEnd } from '../support/left-open.js';

/** Sends bytes as they are and gives back all that comes until the server closes, or until `enough` has come. */
export const exchange = (port: number, chunks: readonly (string | Buffer)[], enough?: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
    });
    destroyAtTheEnd(socket);
    const finish = (): void => {
      socket.destroy();
      resolve(received);
    };
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      received += text;
      if (enough?.test(received) === true) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error: NodeJS.ErrnoException) => (received === '' ? reject(error) : finish()));
  });

const destroyAtTheEnd = (socket: Socket): void => closeAtTheEnd(() => socket.destroy());

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The first answer in what came. */
export const parseAnswer = (text: string): RawAnswer => {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    ),
    body: rest.join('\r\n\r\n'),
  };
};

/** A refusal as the contract has it: RFC 6749 §5.2 with `error_uri` and `request_id`, kept nowhere. */
export const expectRefusal = ({ status, headers, body }: RawAnswer, expected: number): void => {
  expect(status).toBe(expected);
  expect(headers.get('content-type')).toBe('application/json');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(body)).toEqual({
    error: 'invalid_request',
    error_description: expect.stringMatching(/^[ -~]+\.$/),
    error_uri: 'https://issuer.example/errors#invalid_request',
    request_id: headers.get('x-request-id'),
  });
};

/** Writes everything before it reads anything, as simple clients do. Rejects when the connection is reset meanwhile. */
export const writeThenRead = (port: number, head: string, body: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1').setEncoding('utf8').pause();
    destroyAtTheEnd(socket);
    socket.on('error', reject);
    socket.on('data', (text: string) => (received += text));
    socket.on('end', () => resolve(received));
    socket.write(head);
    socket.write(body, () => socket.resume());
  });
