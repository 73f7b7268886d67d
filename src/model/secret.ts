import { inspect } from 'node:util';

/** A value that must not reach a log, an error or a snapshot: it prints as `[secret]` wherever it is shown. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; for `crypto/`, and for whoever hands it out (eslint.config.js names them). */
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
