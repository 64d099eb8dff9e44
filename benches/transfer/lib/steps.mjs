// The steps of a round on one database: generate, export, import, each measured, and the bare loads beside them.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { complete } from "../../peers/lib/processes.mjs";
import { checkSame } from "./compare.mjs";
import { measured } from "./measure.mjs";
import { KINDS } from "./tables.mjs";

/** The share of contacts among managed entities. */
const CONTACTS_SHARE = 0.6;
/** The limit of the tenant, which no size reaches. */
const LIMIT = 1_000_000_000;

export class Round {
  /** A round of so many contacts. Bare loads are only made where `isCompared`. */
  constructor(engine, options, { contacts, isCompared, tell }) {
    Object.assign(this, { engine, options, isCompared, tell });
    this.entities = Math.ceil(contacts / CONTACTS_SHARE);
    this.files = join(options.work, "files");
  }

  /** Runs all steps, and returns the figures of each. */
  async run() {
    rmSync(this.files, { recursive: true, force: true });
    for (const folder of ["generated", "imported"]) mkdirSync(join(this.files, folder), { recursive: true });
    try {
      const generated = await this.generate();
      const exported = await this.exportAll(generated.store, "generated");
      await this.engine.drop("generated");
      const imported = await this.importAll(exported);
      await this.check();
      return [generated.figures, ...exported, ...imported];
    } finally {
      rmSync(this.files, { recursive: true, force: true });
      this.engine.dropDumps();
      for (const name of ["generated", "imported", "bare"]) await this.engine.drop(name);
    }
  }

  async generate() {
    const store = await this.prepare("generated");
    const bare = this.isCompared ? await this.prepare("bare") : undefined;
    const figures = await this.compared(store, bare, "generate", ["generate", "--entities", String(this.entities), ...store.flags]);
    return { store, figures: { ...figures, entities: this.entities } };
  }

  async exportAll(store, folder) {
    const all = [];
    for (const kind of KINDS) {
      const figures = await this.measure(`export ${kind}`, ["export", this.file(folder, kind), ...store.flags]);
      const [, entities] = /^exported (\d+) /m.exec(figures.printed);
      all.push({ ...figures, kind, entities: Number(entities) });
    }
    return all;
  }

  async importAll(exported) {
    const store = await this.prepare("imported");
    const bare = this.isCompared ? await this.prepare("bare") : undefined;
    const all = [];
    for (const { kind, entities } of exported) {
      const command = ["import", this.file("generated", kind), ...store.flags];
      const figures = await this.compared(store, bare, `import ${kind}`, command);
      if (!figures.printed.includes(`${entities} rows, ${entities} created,`)) throw new Error(figures.printed.slice(-500));
      all.push({ ...figures, kind, entities });
    }
    this.imported = store;
    return all;
  }

  /** Checks that another export of what was imported is the file that was imported. */
  async check() {
    this.tell("export again, compare");
    for (const kind of KINDS) {
      const command = [this.options.program, "export", this.file("imported", kind), ...this.imported.flags];
      await measured(command, { log: this.log("check"), minutes: this.options.minutes });
      await checkSame(this.file("generated", kind), this.file("imported", kind));
    }
  }

  /** Creates a database with the schema and an empty tenant. */
  async prepare(name) {
    const store = await this.engine.create(name);
    const { program } = this.options;
    await complete([program, "migrate", ...store.flags]);
    await complete([program, "tenant", "create", "default", ...store.flags]);
    await complete([program, "tenant", "set-limit", "default", String(LIMIT), ...store.flags]);
    return store;
  }

  /** Measures a step that writes, and the bare load of the rows that it wrote if there is a database for it. */
  async compared(store, bare, step, command) {
    if (!bare) return this.measure(step, command);
    await this.engine.remember(store);
    const figures = await this.measure(step, command);
    const dumped = await this.engine.dump(store);
    const load = await this.timed(this.engine.bareCommand(bare, dumped), "bare load");
    this.engine.dropDumps();
    return { ...figures, bare: load };
  }

  measure(step, command) {
    return this.timed([this.options.program, ...command], step).then((figures) => ({ step, ...figures }));
  }

  async timed(command, step) {
    await this.engine.settle();
    const elsewhere = () => this.engine.processorTime();
    const figures = await measured(command, { log: this.log(step), minutes: this.options.minutes, elsewhere });
    this.tell(`${step}: ${figures.seconds.toFixed(2)} s`);
    return figures;
  }

  log(step) {
    return join(this.options.work, "logs", `${step.replaceAll(" ", "-")}.log`);
  }

  file(folder, kind) {
    return join(this.files, folder, `${kind}.${this.options.format}`);
  }
}
