// The agent's side of a conversation with the virtual customer, with real sound on the virtual devices.
import { arrived, level, say, spokenLine } from "./sound.mjs";
import { until } from "./wait.mjs";

/** So much of a line has to arrive, in pieces of 250 ms. */
export const WHOLE = 0.5;
/** Echo cancellation, noise suppression and gain control change a voice more than codecs do. */
export const WHOLE_FROM_MICROPHONE = 0.4;
const SAMPLES = 8000;

/** Waits until the line with this id has come out of the speaker. Answers with how much of it. */
export function heardInEar(speaker, line, mark, within = 20_000) {
  const wanted = spokenLine(line);
  return until(`${line} in the agent's ear`, within, () => {
    // Looking costs a core for a moment, and the phone needs it: only when somebody has spoken and is silent again.
    const heard = speaker.since(mark).slice(-14 * SAMPLES);
    if (level(heard) < -50 || level(heard.slice(-0.75 * SAMPLES)) > -55) {
      return { notYet: `${level(heard)} dBFS, nobody has ended a sentence` };
    }
    const found = arrived(wanted, heard);
    return found.share >= WHOLE ? found : { notYet: JSON.stringify(found) };
  }, 300);
}

/** Speaks a line of the agent and hears the customer's next one. */
export async function turn(speaker, customer, n) {
  const mark = speaker.mark();
  await say(spokenLine(`agent-${customer}-${n}`));
  return heardInEar(speaker, `${customer}-${n}`, mark, 30_000);
}
