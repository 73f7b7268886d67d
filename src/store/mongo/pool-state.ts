import type { mongo } from 'mongoose';

/** Of a client. A connection carries one command at a time; what goes beyond waits here and not in the server. */
export const connectionLimit = 30;

/** What the connections of a client do at this moment: more of them would help only where some wait and all are in use. */
export interface PoolState {
  readonly connectionsInUse: number;
  readonly commandsWaiting: number;
}

/** Counts by the driver's events, which it makes anyway. */
export const watchPool = (client: mongo.MongoClient): (() => PoolState) => {
  let connectionsInUse = 0;
  let commandsWaiting = 0;
  client
    .on('connectionCheckOutStarted', () => (commandsWaiting += 1))
    .on('connectionCheckOutFailed', () => (commandsWaiting -= 1))
    .on('connectionCheckedOut', () => {
      commandsWaiting -= 1;
      connectionsInUse += 1;
    })
    .on('connectionCheckedIn', () => (connectionsInUse -= 1));
  return () => ({ connectionsInUse, commandsWaiting });
};
