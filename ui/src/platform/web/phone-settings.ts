import { isRecord } from "@/lib/kept";
import type { Kept } from "@/lib/kept";
import type { PhoneState } from "../types";

const KEY = "switchboard.phone";

type Settings = Pick<PhoneState, "chosen" | "echoCancellation" | "noiseSuppression" | "autoGain">;

const fresh: PhoneState = {
  muted: false, audioRunning: false, media: "none", reconnectingSinceMs: null, overWeb: false,
  microphoneProblem: null, speakerProblem: null, devices: { inputs: [], outputs: [] },
  chosen: { input: null, output: null, ringer: null },
  echoCancellation: true, noiseSuppression: true, autoGain: true,
};

export function loadPhone(kept: Kept): PhoneState {
  return { ...fresh, ...(kept.read(KEY, isRecord) as Settings | null) };
}

export function savePhone(kept: Kept, state: PhoneState): void {
  const { chosen, echoCancellation, noiseSuppression, autoGain } = state;
  kept.write(KEY, { chosen, echoCancellation, noiseSuppression, autoGain } satisfies Settings);
}
