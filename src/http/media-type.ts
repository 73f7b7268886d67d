/** The media types of GraphQL answers (GraphQL over HTTP §4.1). */
export type GraphqlMediaType = 'application/json' | 'application/graphql-response+json';

const offered: readonly GraphqlMediaType[] = ['application/json', 'application/graphql-response+json'];

/** The one that an `Accept` header prefers (RFC 9110 §12.5.1); without a preference plain JSON. Undefined: it wants neither. */
export const acceptedMediaType = (accept: string | undefined): GraphqlMediaType | undefined => {
  if (accept === undefined || accept.trim() === '') return 'application/json';
  const ranges = accept.split(',').slice(0, rangeLimit).map(rangeOf);
  const [best] = offered
    .map((type) => ({ type, ...wish([type, 'application/*', '*/*'], ranges) }))
    .filter(({ quality }) => quality > 0)
    .sort((left, right) => right.quality - left.quality || left.place - right.place);
  return best?.type;
};

/** Whether an `Accept` header has room for a page; without one everything is welcome (RFC 9110 §12.5.1). */
export const acceptsHtml = (accept: string | readonly string[] | undefined): boolean => {
  const text = String(accept ?? '').trim();
  if (text === '') return true;
  const ranges = text.split(',').slice(0, rangeLimit).map(rangeOf);
  return wish(['text/html', 'text/*', '*/*'], ranges).quality > 0;
};

/** Whether a body is JSON in UTF-8, as its `Content-Type` says (RFC 8259 §8.1). */
export const isUtf8Json = (contentType: string | undefined): boolean => {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  return type === 'application/json' && (charset === undefined || /^"?utf-?8"?$/.test(charset));
};

interface Range {
  readonly type: string;
  readonly quality: number;
}

const rangeLimit = 50;

const rangeOf = (text: string): Range => {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
};

/** What is named exactly decides before what a wildcard means; of two that are as welcome the one that is named first. */
const wish = (
  names: readonly string[],
  ranges: readonly Range[],
): { readonly quality: number; readonly place: number } => {
  for (const name of names) {
    const place = ranges.findIndex((candidate) => candidate.type === name);
    const range = ranges[place];
    if (range !== undefined) return { quality: range.quality, place };
  }
  return { quality: 0, place: ranges.length };
};
