// This product's side, asked line by line: crates/providers/examples/twilio_judged.rs.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export function start() {
  // Without a package named, the features are those of the whole workspace, in which it is built already.
  const args = ["run", "--quiet", "--locked", "--example", "twilio_judged"];
  const child = spawn("cargo", args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("our side has ended");
      return JSON.parse(value);
    },
    end() {
      child.stdin.end();
    },
  };
}
