import type { KeyEnvironment } from './application.js';
import type { EpochMillis } from './clock.js';

/** First and last instant at which a user obtained an access token by the password grant. */
export interface RegistrationInstants {
  readonly firstTokenAt: EpochMillis;
  readonly lastTokenAt: EpochMillis;
}

/** One user's registration with one application as a whole, and with each of its environments. */
export interface Registration extends RegistrationInstants {
  readonly applicationId: string;
  readonly userId: string;
  readonly environments: Readonly<Partial<Record<KeyEnvironment, RegistrationInstants>>>;
}
