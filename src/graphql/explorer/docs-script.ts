/** The part of the page's script that shows the schema. */
export const docsScript = `
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
/** What kept the schema from being shown; undefined: nothing. */
const loadSchema = async () => {
  const answer = await ask({ query: introspection }).catch((error) => error);
  if (answer instanceof Error) return 'The server did not answer: ' + answer.message;
  const problem = problemOf(answer);
  if (problem !== undefined) return problem;
  const found = JSON.parse(answer.text).data.__schema;
  const first = [found.queryType.name, found.mutationType.name];
  schema = found.types
    .filter((type) => !type.name.startsWith('__'))
    .sort((left, right) => order(left, first) - order(right, first) || left.name.localeCompare(right.name));
  showTypes();
};
const tryToken = async () => {
  const problem = await loadSchema();
  if (problem === undefined) say('state', 'The access token is good.', 'good');
  else say('state', problem, 'bad');
};
const order = (type, first) => (first.includes(type.name) ? first.indexOf(type.name) : first.length);
`;
