// The peer Linphone, by its console program, without its echo canceller.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { sh } from "../../lib/screen.mjs";
import { sleep, until } from "../../lib/wait.mjs";

const config = ({ address, port }) => `[sip]
sip_port=${port}
sip_tcp_port=0
sip_tls_port=0
guess_hostname=0
contact=sip:u@${address}
[net]
mtu=1300
[sound]
capture_dev_id=PulseAudio: default
playback_dev_id=PulseAudio: default
ringer_dev_id=PulseAudio: default
echocancellation=0
remote_ring=/nonexistent
[rtp]
audio_rtp_port=${port + 2_000}
[video]
enabled=0
`;

function start({ out, name, address, port, env, more = [] }) {
  const dir = join(out, `linphone-${name}`);
  rmSync(dir, { recursive: true, force: true });
  for (const each of [".local/share/linphone", ".config/linphone"]) mkdirSync(join(dir, each), { recursive: true });
  writeFileSync(join(dir, "rc"), config({ address, port }));
  const home = { HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir };
  const child = spawn("linphonec", ["-c", join(dir, "rc"), ...more], { env: { ...process.env, ...env, ...home }, stdio: ["pipe", "pipe", "ignore"] });
  const lines = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  return { process: child, lines, order: (words) => child.stdin.write(`${words}\n`) };
}

/** It opens the default devices whatever its environment says: brings its streams to those that are meant. */
async function moveStreams(pid, { PULSE_SINK, PULSE_SOURCE }) {
  for (const [kind, move, device] of [["sink-inputs", "move-sink-input", PULSE_SINK], ["source-outputs", "move-source-output", PULSE_SOURCE]]) {
    const streams = JSON.parse(await sh("pactl", "--format=json", "list", kind));
    const own = streams.filter(({ properties }) => properties["application.process.id"] === String(pid));
    for (const { index } of own) await sh("pactl", move, String(index), device);
  }
}

/** A call between two of them; `address` is one of this computer. */
export async function linphoneCall({ out, address, near, far }) {
  const answers = start({ out, name: "far", address, port: 5_096, env: far, more: ["-a"] });
  const calls = start({ out, name: "near", address, port: 5_091, env: near });
  const close = async () => {
    for (const each of [calls, answers]) {
      each.order("quit");
      await until("the end of linphone", 3_000, () => each.process.exitCode !== null).catch(() => each.process.kill("SIGKILL"));
    }
  };
  try {
    await until("linphone is ready", 10_000, () => [calls, answers].every(({ lines }) => lines.length > 0));
    calls.order(`call sip:far@${address}:5096`);
    await until("linphone's call", 15_000, () => calls.lines.some((line) => /connected|established|Media streams/.test(line)) || { notYet: calls.lines.slice(-3).join(" | ") });
    await sleep(1_000);
    await moveStreams(calls.process.pid, near);
    await moveStreams(answers.process.pid, far);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
