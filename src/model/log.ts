type Fields = Readonly<Record<string, unknown>>;

/** Structured log: fields first, then a constant event name. Never a token, password, user name, e-mail address or body. */
export interface Log {
  debug(fields: Fields, event: string): void;
  info(fields: Fields, event: string): void;
  warn(fields: Fields, event: string): void;
  error(fields: Fields, event: string): void;
}
