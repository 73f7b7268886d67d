// A running Tallygate over a store that is there already, and GraphQL queries to it, one after the other on one connection.
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { stop } from './processes.js';
import { administrator, startIn } from './product.js';

export const startOver = async (directory, file) => {
  const { child, base } = await startIn(directory, (issuer) => ({
    // As it runs where it matters: in development GraphQL checks every value a second time.
    NODE_ENV: 'production',
    TALLYGATE_ISSUER: issuer,
    TALLYGATE_SECRET_KEY: randomBytes(32).toString('base64url'),
    TALLYGATE_DATABASE_URL: `file:${file}`,
  }));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { access_token: token } = await send(`${base}/token`, {
    agent,
    authorization: administrator,
    type: 'application/x-www-form-urlencoded',
    body: 'grant_type=client_credentials',
  });
  return {
    /** The data; an error ends the run. */
    graphql: async (query, variables) => {
      const body = JSON.stringify({ query, variables });
      const to = { agent, authorization: `Bearer ${token}`, type: 'application/json', body };
      const { data, errors } = await send(`${base}/graphql`, to);
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    },
    stop: async () => {
      agent.destroy();
      await stop(child);
    },
  };
};

const send = (url, { agent, authorization, type, body }) =>
  new Promise((resolve, reject) => {
    const headers = { authorization, 'content-type': type, 'content-length': Buffer.byteLength(body) };
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
