import type { PhoneState } from "../types";

const KEY = "switchboard.phone";

type Kept = Pick<PhoneState, "chosen" | "echoCancellation" | "noiseSuppression" | "autoGain">;

const fresh: PhoneState = {
  muted: false, audioRunning: false, media: "none", reconnectingSinceMs: null, overWeb: false,
  microphoneProblem: null, speakerProblem: null, devices: { inputs: [], outputs: [] },
  chosen: { input: null, output: null, ringer: null },
  echoCancellation: true, noiseSuppression: true, autoGain: true,
};

export function loadPhone(storage: Storage): PhoneState {
  const text = storage.getItem(KEY);
  return text ? { ...fresh, ...(JSON.parse(text) as Kept) } : fresh;
}

export function savePhone(storage: Storage, state: PhoneState): void {
  const { chosen, echoCancellation, noiseSuppression, autoGain } = state;
  storage.setItem(KEY, JSON.stringify({ chosen, echoCancellation, noiseSuppression, autoGain } satisfies Kept));
}
