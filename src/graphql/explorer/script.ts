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
  return { status: response.status, text: await response.text() };
};

const shown = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

const run = async () => {
  const written = element('variables').value.trim();
  let variables = {};
  try {
    if (written !== '') variables = JSON.parse(written);
  } catch {
    return say('state', 'The variables are not JSON.', 'bad');
  }
  element('run').disabled = true;
  say('state', 'Running …');
  try {
    const start = performance.now();
    const answer = await ask({ query: element('query').value, variables });
    const millis = Math.round(performance.now() - start);
    element('answer').textContent = shown(answer.text);
    say('state', 'HTTP ' + answer.status + ' in ' + millis + ' ms', answer.status < 400 ? 'good' : 'bad');
    if (answer.status === 200 && schema === undefined) loadSchema();
  } catch (error) {
    say('state', 'The server did not answer: ' + error.message, 'bad');
  } finally {
    element('run').disabled = false;
  }
};

const formEncoded = (text) => encodeURIComponent(text).replace(/%20/g, '+');

const getToken = async () => {
  const credentials = formEncoded(element('client-id').value.trim()) + ':' + formEncoded(element('client-secret').value);
  say('got', 'Asking …');
  try {
    const response = await fetch('../token', {
      method: 'POST',
      credentials: 'omit',
      headers: { authorization: 'Basic ' + btoa(credentials), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&scope=' + formEncoded(element('scope').value.trim()),
    });
    const answer = await response.json();
    if (!response.ok) return say('got', answer.error_description || answer.error, 'bad');
    element('token').value = answer.access_token;
    element('client-secret').value = '';
    say('got', 'Good for ' + answer.expires_in + ' seconds: ' + answer.scope, 'good');
    loadSchema();
  } catch (error) {
    say('got', 'The server did not answer: ' + error.message, 'bad');
  }
};

const typeText = (type) => {
  if (type.kind === 'NON_NULL') return typeText(type.ofType) + '!';
  return type.kind === 'LIST' ? '[' + typeText(type.ofType) + ']' : type.name;
};
const namedType = (type) => (type.ofType ? namedType(type.ofType) : type.name);

const typeLink = (type) => {
  const link = make('a', typeText(type));
  link.href = '#type-' + namedType(type);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    element('search').value = '';
    showTypes();
    const target = element('type-' + namedType(type));
    if (target === null) return;
    target.open = true;
    target.scrollIntoView({ block: 'start' });
    target.querySelector('summary').focus();
  });
  return link;
};

const describeMember = (list, member) => {
  const term = make('dt', member.name);
  if (member.args && member.args.length > 0) {
    term.append('(');
    member.args.forEach((arg, index) => {
      term.append((index > 0 ? ', ' : '') + arg.name + ': ', typeLink(arg.type));
      if (arg.defaultValue !== null) term.append(' = ' + arg.defaultValue);
    });
    term.append(')');
  }
  if (member.type) term.append(': ', typeLink(member.type));
  if (typeof member.defaultValue === 'string') term.append(' = ' + member.defaultValue);
  list.append(term, make('dd', member.description || ''));
};

const membersOf = (type) => type.fields || type.inputFields || type.enumValues || [];

const describeType = (type, word) => {
  const details = make('details');
  details.id = 'type-' + type.name;
  const summary = make('summary', type.name + ' ');
  summary.append(make('span', type.kind.toLowerCase().replace('_', ' '), 'kind'));
  details.append(summary);
  details.addEventListener('toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const list = make('dl');
    const members = membersOf(type);
    const found = members.filter((member) => holds(member, word));
    (holds(type, word) ? members : found).forEach((member) => describeMember(list, member));
    details.append(make('p', type.description || ''), list);
  });
  return details;
};

const holds = (named, word) => named.name.toLowerCase().includes(word);
const matches = (type, word) => holds(type, word) || membersOf(type).some((member) => holds(member, word));

const showTypes = () => {
  if (schema === undefined) return;
  const word = element('search').value.trim().toLowerCase();
  element('docs').replaceChildren(...schema.filter((type) => matches(type, word)).map((type) => describeType(type, word)));
  if (word === '' && element('docs').firstElementChild) element('docs').firstElementChild.open = true;
};

const introspection =
  'query Docs { __schema { queryType { name } mutationType { name } types { kind name description ' +
  'fields { name description args { name type { ...T } defaultValue } type { ...T } } ' +
  'inputFields { name description type { ...T } defaultValue } enumValues { name description } } } } ' +
  'fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';

let schema;
const loadSchema = async () => {
  const answer = await ask({ query: introspection });
  if (answer.status !== 200) return;
  const found = JSON.parse(answer.text).data.__schema;
  const first = [found.queryType.name, found.mutationType.name];
  schema = found.types
    .filter((type) => !type.name.startsWith('__'))
    .sort((left, right) => order(left, first) - order(right, first) || left.name.localeCompare(right.name));
  showTypes();
};
const order = (type, first) => (first.includes(type.name) ? first.indexOf(type.name) : first.length);

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
element('token').addEventListener('change', loadSchema);
element('search').addEventListener('input', showTypes);
onEnter('client-secret', getToken);
onEnter('scope', getToken);
document.addEventListener('keydown', (event) => {
  // A key that is held repeats, and a mutation must not; while one runs the button is off, and the key with it.
  if (event.key !== 'Enter' || event.repeat || element('run').disabled) return;
  if (event.ctrlKey || event.metaKey) run();
});
`;
