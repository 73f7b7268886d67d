import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { readBody } from '../../src/http/read-body.js';

it('of a client that went away before its body was asked for is not waited for', async () => {
  const request = new IncomingMessage(new Socket());
  const closed = once(request, 'close');
  request.destroy();
  await closed;
  expect(await readBody(request, 1024)).toBe('aborted');
}, 5000);
