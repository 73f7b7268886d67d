// Load by autocannon: one request at a time on each connection; every answer that is not 200 counts as an error.
import autocannon from 'autocannon';

/**
 * @param requests ends the load after so many answers instead of `seconds`: as many as there are bodies to send
 * @param nextBody called for each connection: gives a function from the last answer's text (undefined at first) to the next body
 */
export const load = async ({ url, authorization, nextBody, connections = 50, seconds = 3, requests }) => {
  const begin = performance.now();
  let end = begin;
  const result = await autocannon({
    url,
    method: 'POST',
    connections,
    ...(requests === undefined ? { duration: seconds } : { amount: requests }),
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    setupClient: (client) => {
      const next = nextBody();
      let text;
      client.setBody(next(undefined));
      client.on('body', (body) => {
        text = body.toString('utf8');
      });
      client.on('response', () => {
        end = performance.now();
        client.setBody(next(text));
      });
    },
  });
  const errors = result.non2xx + result.errors + result.timeouts;
  // Of our own clock: autocannon ends at a full second.
  const perSecond = (result.requests.total * 1000) / (end - begin);
  return { perSecond, p50: result.latency.p50, p99: result.latency.p99, errors };
};

export const constantBody = (body) => () => () => body;
