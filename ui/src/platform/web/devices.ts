import type { Device } from "../types";

/** Names are empty until the microphone was allowed once. */
export async function listDevices(): Promise<{ inputs: Device[]; outputs: Device[] }> {
  // Pages without HTTPS have no device list at all.
  if (!("mediaDevices" in navigator)) return { inputs: [], outputs: [] };
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind): Device[] =>
    all.filter((each) => each.kind === kind && each.deviceId !== "default" && each.deviceId !== "")
      .map((each) => ({ id: each.deviceId, name: each.label }));
  return { inputs: of("audioinput"), outputs: of("audiooutput") };
}
