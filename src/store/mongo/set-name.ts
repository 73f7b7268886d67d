import type { mongo } from 'mongoose';

/**
 * Listens to what servers say of themselves while a client connects. The driver passes over those that do not belong to the replica set that
 * the URL names, and then finds none.
 * @returns a sentence once all that the URL names have answered, and none of them is what it says
 */
export const watchSetName = (client: mongo.MongoClient): (() => string | undefined) => {
  const answers = new Map<string, mongo.Document>();
  client.on('serverHeartbeatSucceeded', ({ connectionId, reply }) => answers.set(connectionId, reply));
  return () => {
    const wanted = setNameIn(client.options);
    if (wanted === undefined || answers.size < Math.max(1, client.options.hosts.length)) return undefined;
    const faults = [...answers.values()].map((hello) => faultOf(hello, wanted));
    const [fault] = faults;
    if (fault === undefined || faults.includes(undefined)) return undefined;
    return sentences[faults.every((other) => other === fault) ? fault : 'other set'];
  };
};

/** The driver's own type says that there is always one. */
const setNameIn = ({ replicaSet }: mongo.MongoClientOptions): string | undefined => replicaSet;

export const standalone =
  'This MongoDB is a standalone server: Tallygate needs a replica set (one member is enough) or a sharded cluster.';

const sentences = {
  standalone,
  'other set':
    'The replica set that answers has another name than replicaSet=… in the database URL says: correct it, or leave it out.',
  cluster: 'This MongoDB is a sharded cluster: leave replicaSet=… out of the database URL.',
} as const;

/** Undefined: it may be the right one, or become it. */
const faultOf = (
  { setName, msg, isreplicaset: isUnfinished }: mongo.Document,
  wanted: string,
): keyof typeof sentences | undefined => {
  if (setName === wanted || isUnfinished === true) return undefined;
  if (typeof setName === 'string') return 'other set';
  return msg === 'isdbgrid' ? 'cluster' : 'standalone';
};
