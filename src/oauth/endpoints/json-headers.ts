/** Of every JSON answer that carries tokens, credentials or a refusal: never kept anywhere (RFC 6749 §5.1). */
export const jsonHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
};
