/**
 * Whoever asks for the same within one turn of the event loop shares one read. It begins behind the turn, so that it is no older than any of
 * the questions: what it finds may decide.
 */
export const readTogether = <T>(read: (key: string) => PromiseLike<T>): ((key: string) => Promise<T>) => {
  const waiting = new Map<string, Promise<T>>();
  return (key) => {
    const known = waiting.get(key);
    if (known !== undefined) return known;
    const found = new Promise<T>((resolve) => {
      setImmediate(() => {
        waiting.delete(key);
        resolve(read(key));
      });
    });
    waiting.set(key, found);
    return found;
  };
};
