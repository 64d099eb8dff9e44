// A reporter of `node --test` that prints the suite's figure, for scripts that run several suites.

export default async function* figure(events) {
  let passed = 0;
  let all = 0;
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.details?.type === "suite") continue;
    all += 1;
    if (type === "test:pass" && !data.skip && !data.todo) passed += 1;
  }
  yield `figure: clients ${passed}/${all}\n`;
}
