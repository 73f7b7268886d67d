import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApplicationDeps } from '../../src/applications/application-deps.js';
import { generateKeys } from '../../src/applications/generate-keys.js';
import { rotateClientSecret } from '../../src/applications/rotate-client-secret.js';
import { updateApplication } from '../../src/applications/update-application.js';
import type { Secret } from '../../src/model/secret.js';
import { openManagement, type Management } from '../management/open-management.js';

let management: Management;
beforeEach(async () => {
  management = await openManagement();
});
afterEach(() => management.close());

/** A store whose first write of an application takes place, is overtaken by another change, and answers as if it had come second. */
const overtaken = (): ApplicationDeps => {
  const { store } = management.deps;
  let isFirst = true;
  const replace: typeof store.applications.replace = async (next, expectedVersion, audit) => {
    const outcome = await store.applications.replace(next, expectedVersion, audit);
    if (!isFirst) return outcome;
    isFirst = false;
    await updateApplication(management.deps, management.actor, { id: next.id, description: 'overtaken' });
    return 'version_moved';
  };
  return { ...management.deps, store: { ...store, applications: { ...store.applications, replace } } };
};

const fits = (secret: Secret | undefined, digest: string | undefined) =>
  management.deps.keyring.matches('client-secret', secret?.reveal() ?? '', digest ?? '');

describe('a write whose reply was lost and that was overtaken', () => {
  it('is recognised by generateKeys, which shows the secret that works', async () => {
    const { id: applicationId } = await management.application();
    const made = await generateKeys(overtaken(), management.actor, { applicationId });
    expect(made.client.application).toMatchObject({ description: 'overtaken', version: 3 });
    expect(fits(made.clientSecret, made.client.keySet.secrets[0]?.digest)).toBe(true);
  });

  it('is recognised by rotateClientSecret, which makes one secret', async () => {
    const { client } = await management.keys();
    const input = { clientId: client.keySet.clientId };
    const rotated = await rotateClientSecret(overtaken(), management.actor, input);
    expect(rotated.client.keySet.secrets).toHaveLength(2);
    expect(fits(rotated.clientSecret, rotated.client.keySet.secrets[1]?.digest)).toBe(true);
  });

  it('does no harm to a change that says how things are to be', async () => {
    const { id } = await management.application();
    const updated = await updateApplication(overtaken(), management.actor, { id, name: 'Renamed' });
    expect(updated).toMatchObject({ name: 'Renamed', description: 'overtaken' });
  });
});
