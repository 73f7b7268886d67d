import type { Endpoint } from '../oauth/endpoints/endpoint.js';
import { routeSite } from './koa-routes.js';
import { endpointSite } from './oauth-routes.js';
import type { Route } from './route.js';
import type { Site, SiteParts } from './site.js';

export interface Served extends SiteParts {
  readonly endpoints: readonly Endpoint[];
  readonly routes: readonly Route[];
}

/** Path → what is there. */
export const routingTable = (served: Served): ReadonlyMap<string, Site> => {
  const sites: readonly (readonly [string, Site])[] = [
    ...served.endpoints.flatMap((endpoint) => {
      const site = endpointSite(served, endpoint);
      return endpoint.paths.map((path) => [path, site] as const);
    }),
    ...served.routes.map((route) => [route.path, routeSite(served, route)] as const),
  ];
  const { issuer } = served;
  return new Map(sites.flatMap(([path, site]) => pathsBelow(issuer, path).map((each) => [each, site] as const)));
};

/** An issuer with a path is served with it and, for proxies that take it away, without it. */
export const pathsBelow = (issuer: string, path: string): readonly string[] => {
  const prefix = new URL(issuer).pathname.replace(/\/$/, '');
  return [prefix + path, path];
};
