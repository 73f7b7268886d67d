import type { Quickstart } from './quickstart.js';

/** What a person at a terminal sees after the first start: the addresses, and lines to paste that work as they stand. */
// eslint-disable-next-line max-lines-per-function -- one text, as it stands on the terminal
export const welcomeText = (issuer: string, { file, key, secret }: Quickstart): string => {
  const basic = Buffer.from(`${key}:${secret.reveal()}`).toString('base64');
  const form = 'Content-Type: application/x-www-form-urlencoded';
  const query = '{ application(name: \\"Sample application\\") { name registeredUsers { total } } }';
  return `
First start: a management client, a sample application and a sample user were made. Their secrets are in
  ${file}
  consumer key     ${key}
  consumer secret  ${secret.reveal()}

Tokens for the application:

curl -k -d "grant_type=client_credentials&scope=test" -H "Authorization: Basic ${basic}" -H "${form}" ${issuer}/token

curl -X POST -k -H "Authorization: Basic ${basic}" -d "grant_type=client_credentials&validity_period=120" -H "${form}" ${issuer}/token -v

A token for the sample user, who is then a registered user of the application:

. ${quoted(file)}
curl -k -u "$TG_KEY:$TG_SECRET" -d grant_type=password --data-urlencode "username=$TG_USERNAME" --data-urlencode "password=$TG_PASSWORD" ${issuer}/token

How many are registered:

. ${quoted(file)}
TOKEN=$(curl -sk -u "$TG_ADMIN_KEY:$TG_ADMIN_SECRET" -d "grant_type=client_credentials&scope=statistics:read" ${issuer}/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -k -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{"query":"${query}"}' ${issuer}/graphql

In a browser:

Overview: ${issuer}/
Explorer: ${issuer}/graphql/explorer (its access token: "Get one", with TG_ADMIN_KEY and TG_ADMIN_SECRET of the file)
Errors:   ${issuer}/errors
`;
};

/** What he sees after every other start in development: where things are, and no secret. */
export const welcomeBackText = (issuer: string, file: string | undefined): string => `
  Overview  ${issuer}/
  Tokens    ${issuer}/token
  Explorer  ${issuer}/graphql/explorer
  Errors    ${issuer}/errors${file === undefined ? '' : `\n  Secrets   . ${quoted(file)}`}
`;

/** For a shell: paths may hold spaces. */
const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
