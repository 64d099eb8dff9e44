// `_entities`, as any gateway asks for it, asked of the server itself.
import assert from 'node:assert/strict';
import { story } from './story.mjs';
import { all, ask, may, nobody, ofAnotherTenant, one, organizations, server } from './world.mjs';

const QUERY = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Contact { id displayName }
    ... on Interaction { id mediaType }
    ... on Note { id text }
    ... on Organization { id called: name notes { nodes { text } } }
    ... on Relationship { id type }
    ... on User { id name }
    ... on WrapUpCode { id code: name }
  }
}`;
const kinds = Object.keys(one);
const of = (kind, id) => ({ __typename: kind, id });
const entities = (representations, bearer = all, accept = undefined) =>
  ask(server, QUERY, { representations }, bearer, accept);
const places = ({ errors }) => errors.map(({ path, extensions }) => `${path.join('.')} ${extensions.code}`).sort();
const FIRST = of('Organization', one.Organization);

story('100 of all kinds come in their order', async () => {
  const asked = Array.from({ length: 100 }, (_, index) => {
    const kind = kinds[index % kinds.length];
    return of(kind, kind === 'Organization' ? organizations[index].id : one[kind]);
  });
  const { status, data, errors } = await entities(asked);
  assert.equal(status, 200);
  assert.deepEqual(errors, []);
  assert.deepEqual(data._entities.map(({ __typename, id }) => ({ __typename, id })), asked);
  assert.equal(data._entities.filter((entity) => entity.displayName === 'Lovelace').length, 15);
  assert.equal(data._entities.find((entity) => entity.code).code, 'Resolved');
});

story('one that does not exist is null, and nothing else is', async () => {
  const { data, errors } = await entities(kinds.flatMap((kind) => [of(kind, nobody(kind)), of(kind, one[kind])]));
  assert.deepEqual(errors, []);
  assert.deepEqual(data._entities.map((entity) => entity?.id), kinds.flatMap((kind) => [undefined, one[kind]]));
});

story('the same one may be asked for twice', async () => {
  const { data, errors } = await entities([FIRST, of('User', one.User), FIRST, FIRST]);
  assert.deepEqual(errors, []);
  assert.deepEqual(data._entities[3], data._entities[0]);
  assert.deepEqual(data._entities.map(({ id }) => id), [FIRST.id, one.User, FIRST.id, FIRST.id]);
});

for (const [what, wrong] of Object.entries({
  'a type that nobody knows': of('Invoice', one.Organization),
  'a type that is no entity': of('Viewer', one.User),
  'a root': of('Mutation', 'x'),
  'an id that is none': of('Organization', 'twelve'),
  'an id of another kind': of('Organization', one.Contact),
  'no id': { __typename: 'Organization' },
  'an id that is null': of('Organization', null),
  'an id that is a number': of('Organization', 12),
  'an id that is an object': of('Organization', { id: one.Organization }),
  'another key': { __typename: 'Organization', name: 'Company 1' },
})) {
  story(`${what} is null, and its neighbours are answered`, async () => {
    const { status, data } = await entities([FIRST, wrong, of('User', one.User)]);
    assert.equal(status, 200);
    assert.deepEqual(data._entities.map((entity) => entity?.id), [FIRST.id, undefined, one.User]);
  });
}

story('what represents nothing is refused at its own place', async () => {
  const answer = await entities([FIRST, {}, { id: FIRST.id }, of(7, FIRST.id), 'text', [FIRST], FIRST]);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.data._entities.map((entity) => entity?.id), [FIRST.id, ...Array(5), FIRST.id]);
  assert.deepEqual(places(answer), [1, 2, 3, 4, 5].map((index) => `_entities.${index} BAD_USER_INPUT`));
});

story('a field more than the key does no harm', async () => {
  const { data, errors } = await entities([{ ...FIRST, name: 'what another subgraph thinks it is called' }]);
  assert.deepEqual(errors, []);
  assert.equal(data._entities[0].called, 'Company 0');
});

story('a kind that the caller may not view is refused at its own place', async () => {
  const answer = await entities(kinds.map((kind) => of(kind, one[kind])), may('contact'));
  const seen = ['Contact', 'User'];
  assert.equal(answer.status, 200);
  assert.deepEqual(
    answer.data._entities.map((entity) => entity?.__typename),
    kinds.map((kind) => (seen.includes(kind) ? kind : undefined)),
  );
  const refused = kinds.flatMap((kind, index) => (seen.includes(kind) ? [] : [`_entities.${index} FORBIDDEN`]));
  assert.deepEqual(places(answer), refused);
});

story('a field that the caller may not have is null, and the rest of its entity is answered', async () => {
  const answer = await entities([FIRST, FIRST], may('organization'));
  assert.equal(answer.status, 200);
  const found = answer.data._entities.map(({ called, notes }) => [called, notes]);
  assert.deepEqual(found, Array(2).fill(['Company 0', null]));
  assert.deepEqual(places(answer), ['_entities.0.notes FORBIDDEN', '_entities.1.notes FORBIDDEN']);
});

story('what belongs to another tenant does not exist', async () => {
  const { data, errors } = await entities(kinds.map((kind) => of(kind, one[kind])), ofAnotherTenant);
  assert.deepEqual(errors, []);
  assert.deepEqual(data._entities, Array(kinds.length).fill(null));
});

story('none at all are an empty list', async () => {
  assert.deepEqual((await entities([])).data, { _entities: [] });
});

story('101 are refused as a whole', async () => {
  const asked = organizations.map(({ id }) => of('Organization', id));
  const media = { 'application/json': 200, 'application/graphql-response+json': 400 };
  for (const [accept, expected] of Object.entries(media)) {
    const { status, data, errors } = await entities(asked, all, accept);
    assert.equal(status, expected);
    assert.equal(data, undefined);
    assert.deepEqual(errors.map((error) => error.extensions.code), ['OPERATION_LIMIT_EXCEEDED']);
  }
});

story('the limit is for each field', async () => {
  const query = `query ($r: [_Any!]!) {
    a: _entities(representations: $r) { __typename }
    b: _entities(representations: $r) { __typename }
  }`;
  const some = (count) => ({ r: organizations.slice(0, count).map(({ id }) => of('Organization', id)) });
  assert.equal((await ask(server, query, some(100))).data.b.length, 100);
  const { errors } = await ask(server, query, some(101));
  assert.equal(errors[0].extensions.code, 'OPERATION_LIMIT_EXCEEDED');
});

story('nobody reaches an entity without a token', async () => {
  const { status, data, errors } = await entities([FIRST], null);
  assert.equal(status, 401);
  assert.equal(data, undefined);
  assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED');
});
