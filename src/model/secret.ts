import { inspect } from 'node:util';

/** A value that must not reach a log, an error or a snapshot: it prints as `[secret]` wherever it is shown. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; for `crypto/`, the response writer and the resolver that shows a new client secret once. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
