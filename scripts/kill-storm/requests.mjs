// Requests of a client: every answer that was received whole, and `undefined` where nobody knows what became of the request.
import { Buffer } from 'node:buffer';
import { Agent, request } from 'node:http';
import { URLSearchParams } from 'node:url';

const agent = new Agent({ keepAlive: true });
const patienceMillis = 5000;

const send = (url, { headers, body }) =>
  new Promise((resolve) => {
    const asked = request(url, { method: 'POST', agent, headers, timeout: patienceMillis }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('error', () => resolve(undefined)).on('end', () => resolve(received(response, text)));
    });
    asked.on('timeout', () => asked.destroy()).on('error', () => resolve(undefined));
    asked.end(body);
  });

/** Busy is no answer: the request may have been carried out in part. */
const received = (response, text) => {
  const { statusCode: status } = response;
  if (!response.complete || status === 503 || status === 429) return undefined;
  return { status, body: text === '' ? {} : JSON.parse(text) };
};

/** A form by HTTP Basic. */
export const post = (url, credentials, fields) =>
  send(url, {
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(fields).toString(),
  });

/** Data and error codes of an operation. */
export const graphql = async (url, token, query, variables = {}) => {
  const answer = await send(`${url}/graphql`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  if (answer === undefined) return undefined;
  const errors = answer.body.errors ?? [];
  return {
    data: answer.body.data,
    codes: errors.map(({ extensions }) => extensions?.code ?? 'none'),
    body: answer.body,
  };
};
