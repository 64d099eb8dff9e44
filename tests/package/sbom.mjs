// The bills of materials of a package, in the folder SBOM.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const folder = process.env.SBOM;
const root = new URL('../..', import.meta.url).pathname;
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
const run = (program, ...options) => execFileSync(program, options, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
const named = (component) => `${component.name} ${component.version}`;

/** The packages that a release contains, by cargo's own account. */
function released() {
  const host = run('rustc', '--version', '--verbose').match(/^host: (.*)$/m)[1];
  const options = ['--locked', '--edges', 'normal', '--prefix', 'none', '--format', '{p}', '--target', host];
  const lines = run('cargo', 'tree', ...options).trim().split('\n');
  return new Set(lines.map((line) => line.replace(/^(\S+) v(\S+).*$/, '$1 $2')));
}

test('the bill names the program and its version, and each package that a release contains', () => {
  const bill = read('external-contacts.cdx.json');
  const version = readFileSync(`${root}/Cargo.toml`, 'utf8').match(/^version = "(.*)"$/m)[1];
  const listed = new Set(bill.components.map(named));
  const missing = [...released()].filter((name) => !listed.has(name));

  assert.equal(bill.bomFormat, 'CycloneDX');
  assert.equal(named(bill.metadata.component), `external-contacts ${version}`);
  assert.deepEqual(missing, [named(bill.metadata.component)]);
  assert.ok(listed.size > 300, `${listed.size} packages`);
  assert.ok(!JSON.stringify(bill).includes(root), 'the bill has paths of the machine that built it');
});

test('each package of the bill is one of the lock, with its hash', () => {
  const lock = readFileSync(`${root}/Cargo.lock`, 'utf8');
  const locked = new Map(
    [...lock.matchAll(/name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"/g)].map(
      ([, name, version, checksum]) => [`${name} ${version}`, checksum],
    ),
  );
  for (const component of read('external-contacts.cdx.json').components) {
    assert.equal(component.hashes?.[0].content, locked.get(named(component)), named(component));
  }
});

test('the bill of the playground has what its package asks for', () => {
  const bill = read('playground.cdx.json');
  const { name, version, dependencies } = JSON.parse(readFileSync(`${root}/playground/package.json`, 'utf8'));
  const listed = new Set(bill.components.map(named));

  assert.equal(named(bill.metadata.component), `${name} ${version}`);
  for (const dependency of Object.entries(dependencies)) assert.ok(listed.has(dependency.join(' ')), dependency.join(' '));
});
