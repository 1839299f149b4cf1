// Steps with their times, a picture after each, and a report that is on the disk after every step.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export class Report {
  constructor(out, title) {
    this.out = out;
    this.title = title;
    this.began = Date.now();
    this.steps = [];
    this.figures = {};
    this.ids = {};
    this.pictures = 0;
    /** Makes the picture of a step: a function that gives PNG bytes. */
    this.camera = null;
    mkdirSync(out, { recursive: true });
  }

  /** Runs a step. A failed one is noted and thrown on, unless `goOn`. */
  async step(name, run, { goOn = false } = {}) {
    const at = Date.now();
    const step = { name, at_ms: at - this.began, took_ms: 0, passed: false };
    this.steps.push(step);
    try {
      const facts = await run();
      if (facts && typeof facts === "object") step.facts = facts;
      step.passed = true;
    } catch (error) {
      step.error = error.message;
      if (!goOn) throw error;
    } finally {
      step.took_ms = Date.now() - at;
      step.picture = await this.#picture(name);
      const mark = step.passed ? "ok  " : "FAIL";
      console.log(`${mark} ${name} (${step.took_ms} ms)${step.error ? `: ${step.error}` : ""}`);
      this.save();
    }
  }

  async #picture(name) {
    if (!this.camera) return undefined;
    this.pictures += 1;
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 50);
    const file = `${String(this.pictures).padStart(2, "0")}-${slug}.png`;
    try {
      writeFileSync(join(this.out, file), await this.camera());
      return file;
    } catch (error) {
      console.log(`     no picture: ${error.message}`);
      return undefined;
    }
  }

  figure(name, value, goal) {
    this.figures[name] = goal === undefined ? { value } : { value, goal };
    console.log(`     ${name}: ${value}${goal === undefined ? "" : ` (goal ${goal})`}`);
  }

  get failed() {
    return this.steps.filter((step) => !step.passed).length;
  }

  save() {
    const { title, steps, figures, ids } = this;
    const passed = this.failed === 0;
    const report = { title, began: new Date(this.began).toISOString(), took_ms: Date.now() - this.began, passed, steps, figures, ids };
    writeFileSync(join(this.out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  }

  /** The closing line, and the exit code of the run. */
  close() {
    this.save();
    console.log(`${this.steps.length - this.failed} passed, ${this.failed} failed`);
    process.exitCode = this.failed === 0 ? 0 : 1;
  }
}
