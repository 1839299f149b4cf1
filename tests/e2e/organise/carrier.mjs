// Numbers of the carrier's account, and what is left on answering machines.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { id, idOf } from "../lib/ids.mjs";
import { chirp, toWav } from "../lib/sound.mjs";
import { settled } from "../leads/look.mjs";

const MESSAGE = "Call us back";

export async function carrier({ report, out }, hands) {
  await report.step("The numbers of the account, and where each sends its calls", async () => {
    await hands.show("/settings/carrier");
    await settled(hands);
    const numbers = await hands.seen(idOf("carrier-number-"), /\+\d/);
    await hands.scan("carrier");
    return { numbers: numbers.replace(/\s+/g, " ") };
  });

  await report.step("A recorded message is added, chosen, and taken away again", async () => {
    await hands.show("/settings/voicemail");
    await settled(hands);
    const path = join(out, "call us back.wav");
    writeFileSync(path, toWav(chirp({ from: 400, to: 2000, ms: 3000 })));
    await hands.fill(id("voicemail-name"), MESSAGE);
    await hands.attach(id("voicemail-file"), path);
    await hands.click(id("voicemail-add"));
    const row = id(`voicemail-${MESSAGE}`);
    await hands.seen(row, /0:03/);
    await hands.click(`${row} [aria-pressed="false"]`);
    await hands.seen(`${row} [aria-pressed="true"]`, /\S/);
    await hands.scan("recorded messages");
    await hands.clickText(`${row} button`, "Delete");
    await hands.gone(row);
  });
}
