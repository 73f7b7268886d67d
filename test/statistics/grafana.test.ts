import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { parse } from 'yaml';
import { intervals } from '../../src/model/calendar.js';
import { managementScopes } from '../../src/model/management-scope.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { register } from './fixture.js';

const folder = 'examples/grafana';
const yaml = (path: string) => parse(readFileSync(`${folder}/provisioning/${path}`, 'utf8'));
const dashboard = JSON.parse(readFileSync(`${folder}/dashboards/registered-users.json`, 'utf8'));

interface Target {
  readonly what: string;
  readonly query: string;
  readonly root: string;
  readonly selectors: readonly string[];
}

const targetOf = (what: string, target: any): Target => ({
  what,
  query: target.url_options.body_graphql_query,
  root: target.root_selector,
  selectors: target.columns.map(({ selector }: { selector: string }) => selector),
});

const targets: readonly Target[] = [
  ...dashboard.panels.flatMap(({ title, targets: all = [] }: any) => all.map((one: any) => targetOf(title, one))),
  ...dashboard.templating.list
    .filter(({ type }: any) => type === 'query')
    .map(({ name, query }: any) => targetOf(`variable ${name}`, query.infinityQuery)),
  ...dashboard.annotations.list.map(({ name, target }: any) => targetOf(`annotation ${name}`, target)),
];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await register(server.store, server.sample.applicationId, ['2026-01-10T00:00:00Z', '2026-01-14T00:00:00Z']);
});

afterAll(() => server.close());

/** What Grafana puts in the place of its variables. */
const filledIn = (query: string): string =>
  query
    .replaceAll('${__from:date:iso}', '2026-01-01T00:00:00.000Z')
    .replaceAll('${__to:date:iso}', '2026-01-15T12:00:00.000Z')
    .replaceAll('${__timezone}', 'utc')
    .replaceAll('${interval}', 'DAY')
    .replaceAll('${application:doublequote}', `"${server.sample.applicationId}"`)
    .replaceAll('${detail}', server.sample.applicationId);

describe('examples/grafana', () => {
  it('provisions a data source that asks for statistics:read alone', () => {
    const [source] = yaml('datasources/tallygate.yaml').datasources;
    expect(source).toMatchObject({
      uid: 'tallygate',
      type: 'yesoreyeram-infinity-datasource',
      jsonData: { auth_method: 'oauth2', oauth2: { oauth2_type: 'client_credentials', scopes: ['statistics:read'] } },
    });
    expect(managementScopes).toContain(source.jsonData.oauth2.scopes[0]);
    expect(yaml('dashboards/tallygate.yaml').providers).toHaveLength(1);
  });

  it('reads everything from that data source and offers the intervals that there are', () => {
    const sources = JSON.stringify(dashboard)
      .match(/"uid":"[^"]+"/g)!
      .filter((uid) => uid !== `"uid":"${dashboard.uid}"`);
    expect(new Set(sources)).toEqual(new Set(['"uid":"tallygate"']));
    const interval = dashboard.templating.list.find(({ name }: any) => name === 'interval');
    expect(interval.query.split(',')).toEqual([...intervals]);
  });

  it('shades the buckets that are still open, and no others', async () => {
    const [{ target, mappings }] = dashboard.annotations.list;
    expect(target.filterExpression).toBe('complete == false');
    expect(target.columns.map(({ text }: any) => text)).toEqual(['time', 'timeEnd', 'complete']);
    expect(mappings.text).toEqual({ source: 'text', value: expect.any(String) });
    const query = filledIn(target.url_options.body_graphql_query);
    const { body } = await server.graphql(query, {}, await server.adminToken(['statistics:read']));
    const { series } = body.data.application.registeredUsers;
    const open = series.filter(({ complete }: any) => complete === false);
    expect(open).toEqual([{ start: '2026-01-15T00:00:00.000Z', end: '2026-01-16T00:00:00.000Z', complete: false }]);
    // The bars stand beside the start of their bucket, so that the open ones stand in what is shaded.
    const bars = dashboard.panels.filter((panel: any) => panel.fieldConfig?.defaults.custom?.drawStyle === 'bars');
    expect(bars).toHaveLength(2);
    for (const { fieldConfig } of bars) expect(fieldConfig.defaults.custom.barAlignment).toBe(1);
  });

  test.each(targets)('asks for $what what the API answers', async ({ query, root, selectors }) => {
    const text = filledIn(query);
    expect(text).not.toContain('$');
    const { body } = await server.graphql(text, {}, await server.adminToken(['statistics:read']));
    expect(body.errors).toBeUndefined();
    const found = root.split('.').reduce((value, key) => value[key], body);
    const [row] = Array.isArray(found) ? found : [found];
    for (const selector of selectors) expect(row).toHaveProperty(selector);
  });
});
