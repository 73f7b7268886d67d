/** Whether a body is as it stands: `Content-Encoding` names no coding, be it absent, empty or `identity` (RFC 9110 §8.4, §5.6.1). */
export const isUncoded = (contentEncoding: string | undefined): boolean =>
  (contentEncoding ?? '').split(',').every((coding) => uncoded.has(coding.trim().toLowerCase()));

/** Empty elements of a list count for nothing. */
const uncoded: ReadonlySet<string> = new Set(['', 'identity']);
