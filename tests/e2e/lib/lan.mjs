// A network of one cable: this process's namespace on one end, a phone's on the other. Needs root, ip and nft. The process
// has to be in a namespace of its own (`unshare --net`), so that nothing can leave the machine.
import { execFileSync } from "node:child_process";

const run = (program, ...args) => execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"] }).toString();

export class Lan {
  /** Address of the server's end. */
  here = "10.77.0.1";

  constructor(name) {
    this.name = name;
  }

  static open() {
    const lan = new Lan(`phone${process.pid}`);
    run("ip", "link", "set", "lo", "up");
    run("ip", "netns", "add", lan.name);
    run("ip", "link", "add", "here0", "type", "veth", "peer", "name", "phone0", "netns", lan.name);
    run("ip", "addr", "add", `${lan.here}/24`, "dev", "here0");
    run("ip", "link", "set", "here0", "up");
    lan.inside("ip", "link", "set", "lo", "up");
    lan.inside("ip", "addr", "add", "10.77.0.2/24", "dev", "phone0");
    lan.inside("ip", "link", "set", "phone0", "up");
    lan.#everywhereElse();
    return lan;
  }

  /** How to run something at the phone's end. */
  prefix = () => ["ip", "netns", "exec", this.name];

  inside(...command) {
    const [program, ...args] = [...this.prefix(), ...command];
    return run(program, ...args);
  }

  /** The phone's machine gets another address, and has only that. */
  newAddress(address) {
    this.inside("ip", "addr", "flush", "dev", "phone0");
    this.inside("ip", "addr", "add", `${address}/24`, "dev", "phone0");
    this.#everywhereElse();
  }

  #everywhereElse() {
    this.inside("ip", "route", "add", "default", "via", this.here);
  }

  /** Drops what the phone's machine sends and gets: everything, or what the nft expression matches. */
  drop(expression = "") {
    const rules = ["input", "output"].flatMap((hook) => [
      `add chain inet cut ${hook} { type filter hook ${hook} priority 0; }`,
      `add rule inet cut ${hook} ${expression} drop`,
    ]);
    this.inside("nft", ["add table inet cut", ...rules].join("; "));
  }

  /** Nothing is dropped any more. */
  heal() {
    this.inside("nft", "delete table inet cut");
  }

  close() {
    run("ip", "netns", "del", this.name);
  }
}
