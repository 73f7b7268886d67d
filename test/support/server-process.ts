import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { builtProgram } from './built.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Of JSON answers. */
  readonly body: any;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ServerProcess {
  readonly pid: number;
  /** Everything that it wrote so far, to both outputs. */
  output(): string;
  /** The first line of the log with this event. Rejects when the process ends before. */
  logged(event: string): Promise<Readonly<Record<string, any>>>;
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading its standard output, and goes on. */
  readonly reading: { stop(): void; goOn(): void };
}

/** A folder that a server may call its own. */
export const temporaryFolder = async (): Promise<{ readonly path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'tallygate-process-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

/** Starts the built program in a folder of its own, on free ports; it sees no other settings than these. */
export const startProcess = async (
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  argv: readonly string[] = [],
): Promise<ServerProcess> =>
  watched(
    spawn(process.execPath, [await builtProgram(), ...argv], {
      cwd: folder,
      env: { ...onFreePorts(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );

/** `npm start` on the built program, as the leader of a process group; what it makes goes to a folder. */
export const startByNpm = async (folder: string): Promise<ServerProcess> => {
  await builtProgram();
  return watched(
    spawn('npm', ['start'], {
      env: { ...onFreePorts(), TALLYGATE_DATA_DIR: folder, npm_config_cache: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    }),
  );
};

const onFreePorts = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  TALLYGATE_PORT: '0',
  TALLYGATE_MANAGEMENT_PORT: '0',
});

const watched = (child: ChildProcessByStdio<null, Readable, Readable>): ServerProcess => {
  let output = '';
  const listeners = new Set<() => void>();
  const take = (text: string): void => {
    output += text;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  const logged = (event: string): Promise<Record<string, any>> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = output.split('\n').find((each) => each.endsWith(`"event":"${event}"}`));
        if (line === undefined) return;
        listeners.delete(look);
        resolve(JSON.parse(line));
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`The server ended before ${event}: ${output}`)));
    });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    logged,
    ended,
    kill: (signal) => void child.kill(signal),
    reading: { stop: () => void child.stdout.pause(), goOn: () => void child.stdout.resume() },
  };
};

/** One request on a connection of its own; any certificate will do. */
export const ask = (url: string, { method = 'GET', headers = {}, body = '' }: Question = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? tlsRequest : plainRequest;
    const options = { method, headers, agent: false, rejectUnauthorized: false };
    const request = send(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject).on('end', () => {
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: isJson ? JSON.parse(text) : undefined,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });

/** POST of a form by HTTP Basic. */
export const askForToken = (issuer: string, credentials: string, body: string): Promise<Answer> =>
  ask(`${issuer}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body,
  });
