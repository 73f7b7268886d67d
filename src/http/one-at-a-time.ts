import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** Clients that send ahead at all send some ten requests. Each one takes some 2 KB, and 64 KiB of the shortest are read at once. */
const mostWaiting = 32;

/**
 * Lets a request that came behind others on its connection wait until these are answered (RFC 9112 §9.3.2): thousands come at once, and each
 * connection is to have one turn, as all others have. Nothing more is read meanwhile; where more has come than can wait, the connection ends.
 */
export const oneAtATime = (handler: RequestListener): RequestListener => {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    const { socket } = request;
    // Node gives a response the socket once it is the first in line.
    if (response.socket !== null) {
      handler(request, response);
      return;
    }
    const line = lines.get(socket) ?? newLine(socket);
    lines.set(socket, line);
    if (line.waiting === mostWaiting) {
      socket.destroy();
      return;
    }
    line.waiting += 1;
    socket.pause();
    response.once('socket', () => {
      line.waiting -= 1;
      if (line.waiting === 0) socket.resume();
      handler(request, response);
    });
  };
};

interface Line {
  /** Requests that were read and have not begun. */
  waiting: number;
}

/** Whatever else lets the connection be read, as Node does after each answer, has to wait as well. */
const newLine = (socket: Socket): Line => {
  const line = { waiting: 0 };
  socket.on('resume', () => {
    if (line.waiting > 0) socket.pause();
  });
  return line;
};
