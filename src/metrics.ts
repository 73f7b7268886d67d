import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { GrantName } from './model/grant-name.js';
import type { OAuthErrorCode } from './oauth/oauth-error.js';
import { metricLimit } from './statistics/registered-totals.js';

export interface Metrics {
  noteAnswer(label: string, status: number, seconds: number): void;
  noteIssued(grantType: GrantName): void;
  /** Without a grant type where the request did not get that far. */
  noteRefused(code: OAuthErrorCode, grantType?: GrantName): void;
  /** Adds `tallygate_registered_users`, read from the store at each scrape. */
  addRegisteredUsers(read: () => Promise<ReadonlyMap<string, number>>): void;
  readonly contentType: string;
  /** The page of a scrape. Figures that cannot be read are left out. */
  page(): Promise<string>;
}

/** Counters of this process for Prometheus, beside those of Node itself. */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const own = ownMetrics(registry);
  const requests = tallied((path: string, status: number, count) => own.requests.inc({ path, status }, count));
  const issued = tallied((grantType: GrantName, _, count) => own.issued.inc({ grant_type: grantType }, count));
  const refused = tallied((error: OAuthErrorCode, grantType: GrantName | 'none', count) =>
    own.refused.inc({ grant_type: grantType, error }, count),
  );
  return {
    noteAnswer: (path, status, seconds) => {
      requests.add(path, status);
      own.duration.observe({ path }, seconds);
    },
    noteIssued: (grantType) => issued.add(grantType, undefined),
    noteRefused: (code, grantType) => refused.add(code, grantType ?? 'none'),
    addRegisteredUsers: (read) => addGauge(registry, read),
    contentType: registry.contentType,
    page: () => {
      for (const { tell } of [requests, issued, refused]) tell();
      return registry.metrics();
    },
  };
};

/**
 * Counts by two labels, and tells a counter of Prometheus before a page: the counter makes one text of all labels each time that it counts,
 * which is too much for each token.
 */
const tallied = <First, Second>(inc: (first: First, second: Second, count: number) => void) => {
  const tallies = new Map<First, Map<Second, number>>();
  return {
    add: (first: First, second: Second): void => {
      const tally = tallies.get(first);
      if (tally === undefined) tallies.set(first, new Map([[second, 1]]));
      else tally.set(second, (tally.get(second) ?? 0) + 1);
    },
    tell: (): void => {
      for (const [first, tally] of tallies) for (const [second, count] of tally) inc(first, second, count);
      tallies.clear();
    },
  };
};

const ownMetrics = (registry: Registry) => ({
  requests: new Counter({
    name: 'tallygate_http_requests_total',
    help: 'Requests answered, by path and status.',
    labelNames: ['path', 'status'],
    registers: [registry],
  }),
  duration: new Histogram({
    name: 'tallygate_http_request_duration_seconds',
    help: 'Time from the header section of a request to its answer, by path.',
    labelNames: ['path'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  }),
  issued: new Counter({
    name: 'tallygate_tokens_issued_total',
    help: 'Access tokens issued, by grant type.',
    labelNames: ['grant_type'],
    registers: [registry],
  }),
  refused: new Counter({
    name: 'tallygate_tokens_refused_total',
    help: 'Requests at /token, /revoke and /introspect refused, by grant type (none: it was not known, or there is none) and error code.',
    labelNames: ['grant_type', 'error'],
    registers: [registry],
  }),
});

const addGauge = (registry: Registry, read: () => Promise<ReadonlyMap<string, number>>): void => {
  new Gauge({
    name: 'tallygate_registered_users',
    help: `Registered users of an application, both environments, each counted once; ${metricLimit} applications at most.`,
    labelNames: ['application'],
    registers: [registry],
    async collect() {
      const totals = await read().catch(() => new Map<string, number>()); // the store is away: no figure is better than an old one
      this.reset();
      for (const [application, total] of totals) this.set({ application }, total);
    },
  });
};
