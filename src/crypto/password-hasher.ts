import type { Secret } from '../model/secret.js';

/** Thrown when the queue in front of the hash threads is full, a job waited too long, or no thread can be had: an answer of 503 with Retry-After. */
export class HashQueueFull extends Error {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number, options?: ErrorOptions) {
    super('Too many passwords are waiting to be verified.', options);
    this.name = 'HashQueueFull';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** argon2id in worker threads of their own, behind a short queue. */
export interface PasswordHasher {
  /** PHC string with the current parameters. @throws HashQueueFull */
  hash(password: Secret): Promise<string>;
  /**
   * Whether `password` belongs to `hash`. Without a hash the same work is done against a dummy of the current parameters and the
   * answer is false, so that an unknown user takes as long as a known one. While it waits for a thread it goes, and makes room, once
   * nobody awaits it any more. @throws HashQueueFull
   */
  verify(password: Secret, hash: string | undefined, isAwaited?: () => boolean): Promise<boolean>;
  /** Whether `hash` was made with other parameters than today's. */
  needsRehash(hash: string): boolean;
  close(): Promise<void>;
}
