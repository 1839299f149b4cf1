import { describe, expect, it } from "vitest";
import { createKept } from "@/lib/kept";
import { loadPhone, withDevices } from "@/platform/web/phone-settings";
import type { PhoneState } from "@/platform/types";
import { testStorage } from "@/testing/storage";
import { moved, newlyAway, others, ranked, standIn } from "./devices";

const device = (id: string, name = id.toUpperCase()) => ({ id, name });

const state = (change: Partial<PhoneState> = {}): PhoneState => ({
  ...withDevices(loadPhone(createKept(testStorage())), { preferences: { input: [device("bt"), device("usb")], output: [], ringer: [], alsoRingOn: null } }),
  inUse: { input: null, output: null },
  devices: { inputs: [device("usb", "USB headset"), device("desk")], outputs: [device("desk")] },
  ...change,
});

describe("the order of devices", () => {
  it("keeps what is away in its place and takes the names of now", () => {
    expect(ranked(state(), "input")).toEqual([
      { id: "bt", name: "BT", present: false }, { id: "usb", name: "USB headset", present: true },
    ]);
    expect(others(state(), "input")).toEqual([device("desk")]);
  });

  it("moves one up or down and never out of the list", () => {
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 2)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 7, 0)).toEqual(["a", "b"]);
  });
});

describe("a device that is away", () => {
  it("is said with what is used instead", () => {
    expect(standIn(state(), "input")).toEqual({ wanted: { ...device("bt"), present: false }, using: { ...device("usb", "USB headset"), present: true } });
    const using = device("desk");
    expect(standIn(state({ inUse: { input: using, output: null } }), "input")?.using).toEqual(using);
  });

  it("is told once, and again when it went again", () => {
    const there = state({ devices: { inputs: [device("bt")], outputs: [] } });
    expect(newlyAway(there, state()).map((each) => each.kind)).toEqual(["input"]);
    expect(newlyAway(null, state())).toHaveLength(1);
    expect(newlyAway(state(), state({ muted: true }))).toEqual([]);
    expect(newlyAway(state(), there)).toEqual([]);
  });

  it("is not said while the first is there or nothing is wanted", () => {
    expect(standIn(state({ devices: { inputs: [device("bt")], outputs: [] } }), "input")).toBeNull();
    expect(standIn(state(), "output")).toBeNull();
  });

  it("is not away when it only changed its profile", () => {
    const same = state({ inUse: { input: device("bt.handsfree", "BT"), output: null } });
    expect(standIn(same, "input")).toBeNull();
  });
});

describe("the browser", () => {
  it("takes the most wanted device that is there, and the first while the list is unknown", () => {
    const chosen = (wanted: string[], there: string[]) => withDevices(state(), {
      preferences: { input: wanted.map((id) => device(id)), output: [], ringer: [], alsoRingOn: null }, devices: { inputs: there.map((id) => device(id)), outputs: [] },
    }).chosen.input;
    expect(chosen(["bt", "usb"], ["usb"])).toBe("usb");
    expect(chosen(["bt"], ["usb"])).toBeNull();
    expect(chosen(["bt"], [])).toBe("bt");
    expect(chosen([], [])).toBeNull();
  });

  it("reads what an earlier version kept", () => {
    const storage = testStorage();
    storage.setItem("switchboard.phone", JSON.stringify({ chosen: { input: "usb", output: null, ringer: "desk" }, echoCancellation: false, noiseSuppression: true, autoGain: true }));
    const phone = loadPhone(createKept(storage));
    expect(phone.preferences.input).toEqual([{ id: "usb", name: "" }]);
    expect(phone.chosen).toEqual({ input: "usb", output: null, ringer: "desk" });
    expect(phone.echoCancellation).toBe(false);
  });
});
