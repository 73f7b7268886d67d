/** The parsed form: each name once, empty values dropped (RFC 6749 §3.1). A Map, because names come from outside. */
export type Form = ReadonlyMap<string, string>;
