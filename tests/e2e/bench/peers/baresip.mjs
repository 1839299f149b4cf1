// The peer baresip, tuned for delay: 10 ms packets, a jitter buffer of one to two of them, 10 to 20 ms towards the devices.
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../lib/wait.mjs";

const config = ({ address, port }) => `poll_method epoll
sip_listen ${address}:${port}
net_interface ${address}
audio_player alsa,default
audio_source alsa,default
audio_alert alsa,default
ausrc_srate 48000
auplay_srate 48000
ausrc_channels 1
auplay_channels 1
audio_buffer 10-20
jitter_buffer_delay 1-2
rtp_ports ${port + 10_000}-${port + 10_200}
module_path /usr/lib/baresip/modules
module g711.so
module opus.so
module alsa.so
module stdio.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
opus_bitrate 28000
opus_stereo no
opus_sprop_stereo no
`;

function start({ out, name, address, port, env, dial }) {
  const dir = join(out, `baresip-${name}`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "config"), config({ address, port }));
  writeFileSync(join(dir, "contacts"), "");
  writeFileSync(join(dir, "accounts"), `<sip:${name}@${address}:${port};transport=udp>;regint=0;answermode=auto;audio_codecs=opus/48000/1;ptime=10\n`);
  const log = join(dir, "log");
  const process_ = spawn("baresip", ["-f", dir, ...(dial ? ["-e", `/dial ${dial}`] : [])], { env: { ...process.env, ...env }, stdio: ["ignore", openSync(log, "w"), openSync(log, "a")] });
  return { process: process_, said: () => readFileSync(log, "latin1") };
}

/** A call between two of them; `address` is one of this computer that is not loopback, which baresip does not take. */
export async function baresipCall({ out, address, near, far }) {
  const answers = start({ out, name: "far", address, port: 5_074, env: far });
  const both = [answers];
  const close = () => both.forEach((each) => each.process.kill());
  try {
    await until("baresip is ready", 10_000, () => /baresip is ready/.test(answers.said()) || { notYet: answers.said().slice(-200) });
    const calls = start({ out, name: "near", address, port: 5_071, env: near, dial: `sip:far@${address}:5074` });
    both.push(calls);
    await until("baresip's call", 15_000, () => /Call established/i.test(calls.said()) || { notYet: calls.said().slice(-200) });
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}
