import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { GrantName } from './model/grant-name.js';
import type { OAuthErrorCode } from './oauth/oauth-error.js';

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
  return {
    noteAnswer: (path, status, seconds) => {
      own.requests.inc({ path, status });
      own.duration.observe({ path }, seconds);
    },
    noteIssued: (grantType) => own.issued.inc({ grant_type: grantType }),
    noteRefused: (code, grantType) => own.refused.inc({ grant_type: grantType ?? 'none', error: code }),
    addRegisteredUsers: (read) => addGauge(registry, read),
    contentType: registry.contentType,
    page: () => registry.metrics(),
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
    help: 'Registered users of an application, both environments, each counted once; 200 applications at most.',
    labelNames: ['application'],
    registers: [registry],
    async collect() {
      const totals = await read().catch(() => new Map<string, number>()); // the store is away: no figure is better than an old one
      this.reset();
      for (const [application, total] of totals) this.set({ application }, total);
    },
  });
};
