// The composed graph as clients see it. Every test runs behind each gateway.
import assert from 'node:assert/strict';
import { balance, commission, number } from './billing.mjs';
import { story } from './story.mjs';
import {
  all, ask, codes, fetches, forget, may, nobody, ofAnotherTenant, one, organizations, recorded, token,
} from './world.mjs';

const INVOICES = `query ($organizations: [ID!]!, $approver: ID, $recipient: ID) {
  invoices(organizationIds: $organizations, approverId: $approver, recipientId: $recipient) {
    number
    organization { name balance }
    approver { name }
    recipient { displayName }
  }
}`;
const ids = (count) => organizations.slice(0, count).map(({ id }) => id);
const names = (invoices) => invoices.map(({ organization }) => organization?.name);
const at = ({ errors }, ...path) =>
  errors.filter((error) => path.every((step, index) => error.path?.[index] === step));

/** The batches of entities that a request to the server asks for: one a field. */
const batches = ({ variables }) => Object.values(variables).filter(Array.isArray);

/** `started` gives where the gateway listens. */
export function behind(gateway, started) {
  const answered = [];
  const send = async (...args) => {
    forget();
    const answer = await ask(await started, ...args);
    answered.push(...recorded);
    return answer;
  };
  const behindIt = (name, tell) => story(`behind ${gateway}, ${name}`, tell);

  behindIt('one query crosses both ways', async () => {
    const query = `query ($organizations: [ID!]!, $users: [ID!]!) {
      invoices(organizationIds: $organizations) {
        number
        organization { name balance relationships { nodes { user { name commission } } } }
      }
      sellers(userIds: $users) { name commission relationships { nodes { organization { ...Company } } } }
      organization(id: "${one.Organization}") { ...Company }
    }
    fragment Company on Organization {
      name
      balance
      latestInvoice { number organization { name } }
    }`;
    const { data, errors } = await send(query, { organizations: [one.Organization], users: [one.User] });
    assert.deepEqual(errors, []);
    const seller = { name: data.sellers[0].name, commission: commission(one.User) };
    const company = { name: 'Company 0', balance: balance(one.Organization) };
    const latestInvoice = { number: number(one.Organization), organization: { name: 'Company 0' } };
    assert.ok(seller.name);
    assert.deepEqual(data.organization, { ...company, latestInvoice });
    assert.deepEqual(data.invoices, [
      { number: latestInvoice.number, organization: { ...company, relationships: { nodes: [{ user: seller }] } } },
    ]);
    assert.deepEqual(data.sellers, [
      { ...seller, relationships: { nodes: [{ organization: { ...company, latestInvoice } }] } },
    ]);
  });

  behindIt('a change here answers with fields of there', async () => {
    const mutation = `mutation ($input: UpdateOrganizationInput!) {
      updateOrganization(input: $input) { organization { name industry balance } userErrors { message } }
    }`;
    const input = { id: organizations[100].id, industry: gateway };
    const { data, errors } = await send(mutation, { input });
    assert.deepEqual(errors, []);
    assert.deepEqual(data.updateOrganization, {
      organization: { name: 'Company 100', industry: gateway, balance: balance(input.id) },
      userErrors: [],
    });
  });

  behindIt('a change there answers with fields of here', async () => {
    const mutation = `mutation ($id: ID!) { payInvoice(organizationId: $id) { paid organization { name } } }`;
    const { data, errors } = await send(mutation, { id: one.Organization });
    assert.deepEqual(errors, []);
    assert.deepEqual(data.payInvoice, { paid: true, organization: { name: 'Company 0' } });
  });

  behindIt('a refused input comes back as a user error', async () => {
    const mutation = `mutation {
      createOrganization(input: {name: ""}) { organization { balance } userErrors { field code } }
    }`;
    const { data, errors } = await send(mutation);
    assert.deepEqual(errors, []);
    const userErrors = [{ field: ['name'], code: 'INVALID' }];
    assert.deepEqual(data.createOrganization, { organization: null, userErrors });
  });

  behindIt('100 organizations are one request', async () => {
    const query = `query ($organizations: [ID!]!) {
      invoices(organizationIds: $organizations) { organization { name } }
    }`;
    const { data, errors } = await send(query, { organizations: ids(100) });
    assert.deepEqual(errors, []);
    assert.deepEqual(names(data.invoices), organizations.slice(0, 100).map(({ name }) => name));
    assert.deepEqual(fetches().flatMap(batches).map(({ length }) => length), [100]);
  });

  behindIt('a full batch of one kind leaves room for other kinds', async () => {
    const { data, errors } = await send(INVOICES, {
      organizations: ids(100),
      approver: one.User,
      recipient: one.Contact,
    });
    assert.deepEqual(errors, []);
    assert.equal(data.invoices[99].organization.name, 'Company 99');
    assert.equal(data.invoices[99].recipient.displayName, 'Lovelace');
    // One gateway asks for each kind by itself, the other for all in one operation.
    const asked = fetches().flatMap(batches).map(({ length }) => length);
    assert.deepEqual([asked.length, Math.max(...asked)], [3, 100]);
  });

  behindIt('101 are not split: they are refused, and the rest is answered', async () => {
    const answer = await send(INVOICES, { organizations: ids(101), approver: one.User });
    assert.ok(codes(answer).includes('OPERATION_LIMIT_EXCEEDED'), JSON.stringify(answer.errors[0]));
    assert.deepEqual(names(answer.data.invoices), Array(101).fill(undefined));
    assert.deepEqual(answer.data.invoices.map((invoice) => invoice.number), ids(101).map(number));
    const asked = fetches().flatMap(batches).map(({ length }) => length);
    assert.equal(Math.max(...asked), 101);
  });

  behindIt('an organization may be referred to twice', async () => {
    const { data, errors } = await send(INVOICES, { organizations: [ids(1), ids(1), ids(1)].flat() });
    assert.deepEqual(errors, []);
    assert.deepEqual(names(data.invoices), Array(3).fill('Company 0'));
  });

  behindIt('an unknown entity is null, and its neighbours are answered', async () => {
    const unknown = nobody('Organization');
    const { data } = await send(INVOICES, { organizations: [ids(2)[0], unknown, 'no id at all', ids(2)[1]] });
    assert.deepEqual(names(data.invoices), ['Company 0', undefined, undefined, 'Company 1']);
    assert.equal(data.invoices[1].number, number(unknown));
  });

  behindIt('a kind that the caller may not view is refused, and the others are answered', async () => {
    const variables = { organizations: ids(2), approver: one.User, recipient: one.Contact };
    const answer = await send(INVOICES, variables, may('contact'));
    assert.deepEqual(codes(answer), ['FORBIDDEN']);
    const [refusal] = at(answer, 'invoices', 1, 'organization');
    assert.equal(refusal.extensions.permission, 'externalContacts:organization:view');
    assert.deepEqual(names(answer.data.invoices), [undefined, undefined]);
    assert.deepEqual(answer.data.invoices[1].recipient, { displayName: 'Lovelace' });
    assert.ok(answer.data.invoices[1].approver.name);
  });

  behindIt('a field that the caller may not have is null in its entity', async () => {
    const query = `query ($organizations: [ID!]!) {
      invoices(organizationIds: $organizations) { number organization { name balance notes { nodes { text } } } }
    }`;
    const variables = { organizations: [one.Organization] };
    const answer = await send(query, variables, may('organization'));
    assert.deepEqual(codes(answer), ['FORBIDDEN']);
    assert.equal(at(answer, 'invoices', 0, 'organization', 'notes').length, 1);
    const company = { name: 'Company 0', balance: balance(one.Organization) };
    assert.deepEqual(answer.data.invoices[0].organization, { ...company, notes: null });
    const { data } = await send(query, variables, may('organization', 'note'));
    assert.deepEqual(data.invoices[0].organization.notes.nodes, [{ text: 'pays late' }]);
  });

  behindIt('a change that the caller may not make is refused, and not made', async () => {
    const mutation = `mutation { createOrganization(input: {name: "Forbidden"}) { organization { balance } } }`;
    const answer = await send(mutation, {}, may('organization'));
    assert.deepEqual(codes(answer), ['FORBIDDEN']);
    assert.deepEqual(answer.data, { createOrganization: null });
    const count = '{ organizations(filter: {name: {eq: "Forbidden"}}) { totalCount { value } } }';
    assert.equal((await send(count)).data.organizations.totalCount.value, 0);
  });

  behindIt('what failed and what did not both arrive', async () => {
    const query = `query ($organizations: [ID!]!) {
      contact(id: "twelve") { displayName }
      viewer { user { id } }
      invoices(organizationIds: $organizations) { organization { name } }
    }`;
    const answer = await send(query, { organizations: ids(1) });
    assert.deepEqual(codes(answer), ['BAD_USER_INPUT']);
    assert.equal(at(answer, 'contact').length, 1);
    const { contact, viewer, invoices } = answer.data;
    assert.deepEqual([contact, viewer.user.id, names(invoices)], [null, one.User, ['Company 0']]);
  });

  behindIt('an input that gives none of its keys is refused by the server', async () => {
    const query = 'query ($key: ContactKey!) { contactBy(key: $key) { id } viewer { user { id } } }';
    const answer = await send(query, { key: {} });
    assert.deepEqual(codes(answer), ['BAD_USER_INPUT']);
    assert.match(answer.errors[0].message, /exactly one field of `ContactKey`/);
  });

  for (const [whose, bearer] of Object.entries({ 'no token': null, 'a token that is none': 'none' })) {
    behindIt(`${whose} is UNAUTHENTICATED, and the other subgraph answers`, async () => {
      const answer = await send(INVOICES, { organizations: ids(2) }, bearer);
      assert.deepEqual(codes(answer), ['UNAUTHENTICATED']);
      assert.deepEqual(names(answer.data.invoices), [undefined, undefined]);
      assert.deepEqual(answer.data.invoices.map((invoice) => invoice.number), ids(2).map(number));
      assert.deepEqual(recorded.map(({ status }) => status), [401]);
      assert.doesNotMatch(JSON.stringify(answer), /127\.0\.0\.1/);
    });
  }

  behindIt('callers at the same time get what each may have', async () => {
    const organizations = ids(3);
    const callers = [all, ofAnotherTenant, may('contact'), token('externalContacts:organization:*')];
    const expected = [['Company 0', 'Company 1', 'Company 2'], Array(3).fill(undefined)];
    const url = await started;
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) => ask(url, INVOICES, { organizations }, callers[index % 4])),
    );
    answers.forEach((answer, index) => {
      assert.deepEqual(names(answer.data.invoices), expected[[0, 1, 1, 0][index % 4]], `caller ${index}`);
      assert.equal(codes(answer).includes('FORBIDDEN'), index % 4 === 2, `caller ${index}`);
    });
  });

  behindIt('every request to the server has the caller\'s token', async () => {
    const mine = token();
    await send(INVOICES, { organizations: ids(2), approver: one.User, recipient: one.Contact }, mine);
    assert.ok(recorded.length > 0);
    assert.ok(recorded.every(({ authorization }) => authorization === `Bearer ${mine}`));
  });

  behindIt('introspection shows one graph, and nothing of how it is made', async () => {
    const query = `{
      __schema { queryType { fields { name } } subscriptionType { name } }
      __type(name: "Organization") { fields { name description } }
    }`;
    const { data } = await send(query);
    const roots = data.__schema.queryType.fields.map(({ name }) => name);
    assert.ok(roots.includes('organizations') && roots.includes('invoices'));
    assert.ok(!roots.includes('_entities') && !roots.includes('_service'));
    assert.equal(data.__schema.subscriptionType, null);
    const fields = Object.fromEntries(data.__type.fields.map(({ name, description }) => [name, description]));
    assert.ok('balance' in fields);
    assert.match(fields.notes, /Requires `externalContacts:note:view`/);
  });

  behindIt('the server answered with data by 200, whatever failed in it', () => {
    const withData = answered.filter(({ answer }) => 'data' in answer);
    assert.ok(withData.length > 12 && withData.some(({ answer }) => answer.errors), `${withData.length}`);
    assert.deepEqual([...new Set(withData.map(({ status }) => status))], [200]);
  });
}
