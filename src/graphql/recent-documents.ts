import type { DocumentStore } from '@apollo/server';
import type { DocumentNode } from 'graphql';

/**
 * Documents that were valid, by what Apollo calls them, the ones asked for last. They are counted by the length of their texts, which they hold with
 * every token and comment: Apollo's own store counts the nodes alone, so that comments around a short query would fill the memory.
 * @param limit characters of all texts together; each takes up to some 200 bytes
 */
export const recentDocuments = (limit: number): DocumentStore => {
  const documents = new Map<string, DocumentNode>();
  let length = 0;
  const forget = (key: string): boolean => {
    const known = documents.get(key);
    if (known !== undefined) length -= lengthOf(known);
    return documents.delete(key);
  };
  const keep = (key: string, document: DocumentNode): void => {
    forget(key);
    documents.set(key, document);
    length += lengthOf(document);
  };
  return {
    get: (key) => {
      const known = documents.get(key);
      if (known !== undefined) keep(key, known);
      return Promise.resolve(known);
    },
    set: (key, document) => {
      keep(key, document);
      for (const oldest of documents.keys()) if (length > limit) forget(oldest);
      return Promise.resolve();
    },
    delete: (key) => Promise.resolve(forget(key)),
  };
};

const lengthOf = ({ loc }: DocumentNode): number => loc?.end ?? 0;
