// A test that is counted, for the figure.
import { after, test } from 'node:test';
import { end } from './world.mjs';

let told = 0;
let passed = 0;

export function story(name, tell) {
  told += 1;
  test(name, { timeout: 30_000 }, async () => {
    await tell();
    passed += 1;
  });
}

after(async () => {
  await end();
  console.log(`figure: federation ${passed}/${told}`);
});
