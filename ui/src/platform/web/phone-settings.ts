import { isRecord } from "@/lib/kept";
import type { Kept } from "@/lib/kept";
import type { Device, DevicePreferences, PhoneState } from "../types";

const KEY = "switchboard.phone";

type Settings = Pick<PhoneState, "preferences" | "echoCancellation" | "noiseSuppression" | "autoGain">;

/** An earlier version kept one choice for each use. */
type Before = Partial<Settings> & { chosen?: PhoneState["chosen"] };

const fresh: PhoneState = {
  muted: false, audioRunning: false, media: "none", reconnectingSinceMs: null, overWeb: false,
  microphoneProblem: null, speakerProblem: null, devices: { inputs: [], outputs: [] },
  chosen: { input: null, output: null, ringer: null },
  preferences: { input: [], output: [], ringer: [], alsoRingOn: null }, inUse: { input: null, output: null },
  echoCancellation: true, noiseSuppression: true, autoGain: true, typingSuppression: false,
};

/** The most wanted device that is there; the first of all while nobody knows which are. */
function picked(wanted: readonly Device[], present: readonly Device[]): string | null {
  const there = wanted.find((each) => present.some((one) => one.id === each.id));
  return there?.id ?? (present.length === 0 ? (wanted[0]?.id ?? null) : null);
}

/** With other wishes or other devices: what is chosen follows from both. */
export function withDevices(state: PhoneState, change: Partial<Pick<PhoneState, "preferences" | "devices">>): PhoneState {
  const { preferences, devices } = { ...state, ...change };
  const chosen = {
    input: picked(preferences.input, devices.inputs), output: picked(preferences.output, devices.outputs), ringer: picked(preferences.ringer, devices.outputs),
  };
  const named = (list: readonly Device[], id: string | null): Device | null => list.find((each) => each.id === id) ?? null;
  return { ...state, preferences, devices, chosen, inUse: { input: named(devices.inputs, chosen.input), output: named(devices.outputs, chosen.output) } };
}

const one = (id: string | null | undefined): Device[] => (id ? [{ id, name: "" }] : []);

export function loadPhone(kept: Kept): PhoneState {
  const { chosen, preferences, ...settings } = (kept.read(KEY, isRecord) ?? {}) as Before;
  const before: DevicePreferences = { input: one(chosen?.input), output: one(chosen?.output), ringer: one(chosen?.ringer), alsoRingOn: null };
  return withDevices({ ...fresh, ...settings }, { preferences: preferences ?? before });
}

export function savePhone(kept: Kept, state: PhoneState): void {
  const { preferences, echoCancellation, noiseSuppression, autoGain } = state;
  kept.write(KEY, { preferences, echoCancellation, noiseSuppression, autoGain } satisfies Settings);
}
