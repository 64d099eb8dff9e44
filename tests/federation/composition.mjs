// The schema as gateways get it, and its composition.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse, print, visit } from 'graphql';
import { story } from './story.mjs';
import { ask, composed, here, server, subgraph } from './world.mjs';

/** Lists the guarded fields with their permissions, one per line. */
function guards(sdl) {
  const found = [];
  let type;
  const enter = (node) => {
    type = node.name.value;
  };
  visit(parse(sdl), {
    ObjectTypeDefinition: { enter },
    InterfaceTypeDefinition: { enter },
    FieldDefinition({ name, directives }) {
      for (const directive of directives.filter((directive) => directive.name.value === 'requiresPermission')) {
        found.push(`${type}.${name.value} ${print(directive)}`);
      }
    },
  });
  return found.sort();
}

story('every permission survives composition', () => {
  const before = guards(subgraph);
  assert.ok(before.length > 60, `${before.length} guards`);
  assert.equal(before.length, subgraph.match(/@requiresPermission\(permission: "/g).length);
  assert.deepEqual(guards(composed), before);
  console.log(`${before.length} @requiresPermission in the subgraph, ${guards(composed).length} in the supergraph`);
});

story('every kind that has an id is an entity, but for those that no other subgraph refers to', () => {
  const alone = ['Merge'];
  const entities = [];
  visit(parse(subgraph), {
    ObjectTypeDefinition({ name, directives, interfaces }) {
      const keys = directives.filter((directive) => directive.name.value === 'key').map(print);
      const isNode = interfaces.some((implemented) => implemented.name.value === 'Node') && !alone.includes(name.value);
      assert.deepEqual(keys, isNode ? ['@key(fields: "id")'] : [], name.value);
      if (isNode) entities.push(name.value);
    },
  });
  assert.deepEqual(entities.sort(), [
    ...['Contact', 'Interaction', 'Note', 'Organization', 'Relationship', 'User', 'WrapUpCode'],
  ]);
});

story('there is nothing to subscribe to through a gateway', () => {
  const types = parse(subgraph).definitions.map((definition) => definition.name?.value);
  assert.ok(types.includes('Query') && types.includes('Mutation') && !types.includes('Subscription'));
});

story('_service answers what the program prints', async () => {
  const { data } = await ask(server, '{ _service { sdl } }');
  assert.equal(data._service.sdl.trim(), subgraph.trim());
});

story('_service is not for strangers', async () => {
  const { status, errors, data } = await ask(server, '{ _service { sdl } }', {}, null);
  assert.equal(status, 401);
  assert.equal(data, undefined);
  assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED');
});

story('the page for gateway teams holds the scripts that run here', () => {
  const page = readFileSync(here('../../docs/gateways.md'), 'utf8');
  for (const script of ['compose.mjs', 'apollo.mjs', 'hive.mjs']) {
    assert.ok(page.includes(`\`\`\`js\n${readFileSync(here(script), 'utf8')}\`\`\``), `${script} differs`);
  }
  const { dependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
  for (const [name, version] of Object.entries(dependencies)) {
    if (name !== '@apollo/subgraph') assert.ok(page.includes(`${name}@${version}`), `${name}@${version}`);
  }
});
