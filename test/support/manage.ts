import type { TestServer } from './server.js';

/** Input types that two mutations share. */
const inputTypes = new Map([
  ['enableGrantTypes', 'GrantTypesInput'],
  ['disableGrantTypes', 'GrantTypesInput'],
]);

/** Carries out one mutation of the management API, by a token with all scopes. Throws when it is refused. */
export const manage = async (
  server: Pick<TestServer, 'graphql'>,
  mutation: string,
  { input, selection }: { readonly input: object; readonly selection: string },
): Promise<any> => {
  const type = inputTypes.get(mutation) ?? `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { status, body, text } = await server.graphql(
    `mutation($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`,
    { input },
  );
  if (status !== 200 || body.errors !== undefined) throw new Error(`${mutation} answered ${status} ${text}`);
  return body.data[mutation];
};
