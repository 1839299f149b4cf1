import type { Device, DeviceKind, PhoneState } from "@/platform/types";

export interface Ranked extends Device {
  /** Plugged in now. */
  present: boolean;
}

const listOf = (state: PhoneState, kind: DeviceKind): readonly Device[] => (kind === "input" ? state.devices.inputs : state.devices.outputs);

/** The wanted devices in their order, by the names that they have now. */
export function ranked(state: PhoneState, kind: DeviceKind): Ranked[] {
  const there = listOf(state, kind);
  return state.preferences[kind].map((each) => {
    const now = there.find((one) => one.id === each.id);
    return { ...(now ?? each), present: now !== undefined };
  });
}

/** Devices that are there and have no place in the order. */
export function others(state: PhoneState, kind: DeviceKind): readonly Device[] {
  return listOf(state, kind).filter((each) => !state.preferences[kind].some((one) => one.id === each.id));
}

/** `ids` with the one at `from` in place `to`; out of range changes nothing. */
export function moved(ids: readonly string[], from: number, to: number): string[] {
  const id = ids[from];
  if (id === undefined || to < 0 || to >= ids.length) return [...ids];
  const rest = ids.filter((_, index) => index !== from);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}

export interface Stand {
  wanted: Device;
  /** Null while nothing runs, or the system's choice has no name. */
  using: Device | null;
}

/** The most wanted device of a use when it is away, and what is used instead. */
export function standIn(state: PhoneState, kind: "input" | "output"): Stand | null {
  const first = ranked(state, kind)[0];
  if (!first || first.present) return null;
  const using = state.inUse[kind] ?? ranked(state, kind).find((each) => each.present) ?? null;
  // A Bluetooth headset changes its id with its profile and keeps its name.
  if (using !== null && using.name !== "" && using.name === first.name) return null;
  return { wanted: first, using };
}

/** Uses whose most wanted device has just gone: what was not said before. */
export function newlyAway(before: PhoneState | null, now: PhoneState): { kind: "input" | "output"; stand: Stand }[] {
  const kinds = ["input", "output"] as const;
  return kinds.flatMap((kind) => {
    const stand = standIn(now, kind);
    const said = before && standIn(before, kind)?.wanted.id === stand?.wanted.id;
    return stand && !said ? [{ kind, stand }] : [];
  });
}
