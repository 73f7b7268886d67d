export interface RequestTarget {
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
}

/** Takes a request target apart, as it stands: nothing is decoded or normalised. Also the absolute form, which proxies send (RFC 9112 §3.2.2). */
export const requestTarget = (url: string): RequestTarget => {
  const target = url.startsWith('/') ? url : withoutAuthority(url);
  const mark = target.indexOf('?');
  return mark === -1 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
};

const withoutAuthority = (url: string): string => {
  const rest = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
};
