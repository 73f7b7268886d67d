import { createServer } from 'node:net';
import { mongo } from 'mongoose';

/** Answers `hello` and `buildInfo` like a MongoDB of a certain kind, and nothing else. */
export const startFakeMongoServer = async (
  answers: Readonly<Record<'hello' | 'buildInfo', object>>,
): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      const asked = chunk.includes('buildInfo') ? answers.buildInfo : answers.hello;
      socket.write(reply(chunk, { ok: 1, ...asked }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `mongodb://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

const opMsg = 2013;
const opReply = 1;

/** OP_MSG for OP_MSG; the first hello of a driver comes as OP_QUERY and wants an OP_REPLY. */
const reply = (request: Buffer, answer: object): Buffer => {
  const body = Buffer.from(mongo.BSON.serialize(answer));
  const isMessage = request.readInt32LE(12) === opMsg;
  const head = Buffer.alloc(isMessage ? 21 : 36);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(request.readInt32LE(4), 8);
  head.writeInt32LE(isMessage ? opMsg : opReply, 12);
  if (!isMessage) head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
};
