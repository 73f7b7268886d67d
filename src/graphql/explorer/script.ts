import { docsScript } from './docs-script.js';

/** What runs in the page. It builds everything from text, never from markup, and talks to this server alone. */
export const explorerScript = `
'use strict';
const element = (id) => document.getElementById(id);
const make = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
};
const say = (id, text, how) => {
  element(id).textContent = text;
  element(id).className = 'state ' + (how || '');
};

const ask = async (body) => {
  const token = element('token').value.trim();
  const response = await fetch('../graphql', {
    method: 'POST',
    credentials: 'omit',
    headers: Object.assign(
      { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      token === '' ? {} : { authorization: 'Bearer ' + token },
    ),
    body: JSON.stringify(body),
  });
  element('token').setAttribute('aria-invalid', String(response.status === 401));
  return { status: response.status, text: await response.text() };
};

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const shown = (text) => {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
};

/** What went wrong with an answer, for people; undefined: nothing. */
const problemOf = ({ status, text }) => {
  if (status === 401) {
    return element('token').value.trim() === ''
      ? 'An access token is needed: get one, above.'
      : 'This access token is not valid, or not any more: get another one, above.';
  }
  const answer = parsed(text);
  const errors = (answer && answer.errors) || [];
  if (status === 403) return 'Refused: ' + (errors.length > 0 ? errors[0].message : 'HTTP 403');
  if (errors.length > 0) return errors.length === 1 ? 'One error: ' + errors[0].message : errors.length + ' errors';
  return status < 400 ? undefined : 'HTTP ' + status;
};

/** Names of the operations of a document: what stands outside of all braces, strings and comments. */
const operationsIn = (text) => {
  const bare = text.replace(/"""[^]*?"""|"(?:\\\\.|[^"\\\\\\n])*"|#[^\\n]*/g, ' ');
  const names = [];
  let depth = 0;
  for (const [token, name] of bare.matchAll(/[{(]|[})]|\\b(?:query|mutation)\\s+(\\w+)/g)) {
    if (name === undefined) depth += '{('.includes(token) ? 1 : -1;
    else if (depth === 0) names.push(name);
  }
  return names;
};

/** There is something to choose as soon as there are two. */
const showOperations = () => {
  const names = operationsIn(element('query').value);
  const select = element('operation');
  const chosen = select.value;
  select.replaceChildren(...names.map((name) => make('option', name)));
  if (names.includes(chosen)) select.value = chosen;
  select.hidden = names.length < 2;
};

const run = async () => {
  const written = element('variables').value.trim();
  const variables = written === '' ? {} : parsed(written);
  if (variables === undefined) return say('state', 'The variables are not JSON.', 'bad');
  showOperations();
  const operation = element('operation');
  const named = operation.hidden ? {} : { operationName: operation.value };
  element('run').disabled = true;
  say('state', 'Running …');
  try {
    const start = performance.now();
    const answer = await ask(Object.assign({ query: element('query').value, variables }, named));
    const millis = Math.round(performance.now() - start);
    element('answer').textContent = shown(answer.text);
    const problem = problemOf(answer);
    if (problem === undefined) say('state', 'HTTP ' + answer.status + ' in ' + millis + ' ms', 'good');
    else say('state', problem, 'bad');
    if (answer.status === 200 && schema === undefined) loadSchema();
  } catch (error) {
    say('state', 'The server did not answer: ' + error.message, 'bad');
  } finally {
    element('run').disabled = false;
  }
};

const formEncoded = (text) => encodeURIComponent(text).replace(/%20/g, '+');

/** Why there is no token, for people: what is often behind it shows here and not to the server. */
const whyNot = ({ error, error_description }, secret) => {
  const told = error_description || error;
  if (error === 'invalid_client' && secret !== secret.trim()) return told + ' The secret begins or ends with a space.';
  return error === 'invalid_scope' ? told + ' Take one that has management scopes, or ask for others.' : told;
};

const getToken = async () => {
  const secret = element('client-secret').value;
  const credentials = formEncoded(element('client-id').value.trim()) + ':' + formEncoded(secret);
  say('got', 'Asking …');
  try {
    const response = await fetch('../token', {
      method: 'POST',
      credentials: 'omit',
      headers: { authorization: 'Basic ' + btoa(credentials), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&scope=' + formEncoded(element('scope').value.trim()),
    });
    const answer = await response.json();
    if (!response.ok) return say('got', whyNot(answer, secret), 'bad');
    element('token').value = answer.access_token;
    element('client-secret').value = '';
    say('got', 'Good for ' + answer.expires_in + ' seconds: ' + answer.scope, 'good');
    loadSchema();
  } catch (error) {
    say('got', 'The server did not answer: ' + error.message, 'bad');
  }
};

${docsScript}
const year = new Date().getUTCFullYear();
const period = { from: year + '-01-01T00:00:00Z', to: year + 1 + '-01-01T00:00:00Z', interval: 'MONTH' };
element('variables').value = JSON.stringify({ period }, null, 2);

const onEnter = (id, action) =>
  element(id).addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.repeat) action();
  });

element('run').addEventListener('click', run);
element('get').addEventListener('click', getToken);
element('ask').addEventListener('click', () => {
  element('get-form').hidden = !element('get-form').hidden;
  element('ask').setAttribute('aria-expanded', String(!element('get-form').hidden));
  if (!element('get-form').hidden) element('client-id').focus();
});
element('token').addEventListener('change', tryToken);
element('query').addEventListener('input', showOperations);
element('search').addEventListener('input', showTypes);
onEnter('client-secret', getToken);
onEnter('scope', getToken);
document.addEventListener('keydown', (event) => {
  // A key that is held repeats, and a mutation must not; while one runs the button is off, and the key with it.
  if (event.key !== 'Enter' || event.repeat || element('run').disabled) return;
  if (event.ctrlKey || event.metaKey) run();
});
`;
