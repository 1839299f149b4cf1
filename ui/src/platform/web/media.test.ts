import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RelayServers } from "@/api/generated/wire";
import type { PhoneState } from "../types";
import { createMedia } from "./media";
import { loadPhone, withDevices } from "./phone-settings";
import { createKept } from "@/lib/kept";
import { testStorage } from "@/testing/storage";

class FakeAudio {
  autoplay = false;
  srcObject: unknown = null;
  sinks: string[] = [];
  static made: FakeAudio[] = [];
  static away: string | null = null;

  constructor() {
    FakeAudio.made.push(this);
  }

  setSinkId(id: string): Promise<void> {
    if (id === FakeAudio.away) return Promise.reject(new DOMException("no such device", "NotFoundError"));
    this.sinks.push(id);
    return Promise.resolve();
  }
}

class FakePeer {
  static configuration: RTCConfiguration | undefined;

  constructor(configuration?: RTCConfiguration) {
    FakePeer.configuration = configuration;
  }

  connectionState = "new";
  ontrack: unknown = null;
  onconnectionstatechange: unknown = null;
  addTransceiver = vi.fn();
  createOffer = () => Promise.resolve({ sdp: "offer" });
  setLocalDescription = () => Promise.resolve();
  setRemoteDescription = () => Promise.resolve();
  close = vi.fn();
  static replaced: string[] = [];
  getSenders = () => [{
    replaceTrack: (track: FakeTrack) => {
      FakePeer.replaced.push(track.id);
      return Promise.resolve();
    },
  }];
}

class FakeTrack {
  enabled = true;
  readyState = "live";
  onended: (() => void) | null = null;

  constructor(readonly id: string) {}

  getSettings = () => ({ deviceId: this.id });
  stop(): void { this.readyState = "ended"; }
  end(): void {
    this.readyState = "ended";
    this.onended?.();
  }
}

class FakeAudioContext {
  createAnalyser = () => ({ fftSize: 0, getFloatTimeDomainData: () => undefined });
  createMediaStreamSource = () => ({ connect: () => undefined });
  close = () => Promise.resolve();
}

const stream = { getTracks: () => [], getAudioTracks: () => [] };

describe("the browser's sound", () => {
  let phone: PhoneState;
  let levels: number;
  let relays: Promise<RelayServers>;
  const media = () => createMedia(() => phone, {
    send: <T,>(_method: string, path: string) =>
      path === "/media/relays"
        ? relays.then((servers) => servers as T)
        : Promise.resolve({ id: "session", sdp_answer: "answer" } as T),
    onChange: (change) => { phone = { ...phone, ...change }; },
    onLevels: () => { levels += 1; },
  });

  beforeEach(() => {
    phone = withDevices(loadPhone(createKept(testStorage())), { preferences: { input: [], output: [{ id: "headset", name: "Headset" }], ringer: [], alsoRingOn: null } });
    levels = 0;
    relays = Promise.resolve({ servers: [], only: false, expires_in_s: null });
    FakeAudio.made = [];
    FakeAudio.away = null;
    vi.useFakeTimers();
    vi.stubGlobal("Audio", FakeAudio);
    vi.stubGlobal("RTCPeerConnection", FakePeer);
    vi.stubGlobal("AudioContext", FakeAudioContext);
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => Promise.resolve(stream) } });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("goes through the relays that the server names, and straight when it names none", async () => {
    const server = { urls: ["turn:relay.example:3478"], username: "asha", credential: "c" };
    relays = Promise.resolve({ servers: [server], only: true, expires_in_s: 60 });
    await media().open(true);
    expect(FakePeer.configuration).toMatchObject({ iceServers: [server], iceTransportPolicy: "relay" });
    relays = Promise.reject(new Error("no answer"));
    expect(await media().open(true)).toBe("session");
    expect(FakePeer.configuration?.iceServers).toBeUndefined();
  });

  it("comes out of the speaker that was chosen before, from the first", async () => {
    await media().open(true);
    expect(FakeAudio.made[0]?.sinks).toEqual(["headset"]);
    expect(phone.speakerProblem).toBeNull();
  });

  it("says that the chosen speaker is gone, and opens all the same", async () => {
    FakeAudio.away = "headset";
    expect(await media().open(true)).toBe("session");
    expect(phone.speakerProblem).toBe("gone");
  });

  it("a microphone that goes away is replaced by the system's, and comes back when it is there again", async () => {
    const inputs = new Map<string, FakeTrack>();
    const replaced: string[] = [];
    FakePeer.replaced = replaced;
    let away = false;
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: (wanted: { audio: { deviceId?: { exact: string } } }) => {
      const id = wanted.audio.deviceId?.exact ?? "system";
      if (id === "usb" && away) return Promise.reject(new DOMException("not there", "OverconstrainedError"));
      const track = new FakeTrack(id);
      inputs.set(id, track);
      return Promise.resolve({ getTracks: () => [track], getAudioTracks: () => [track] });
    } } });
    phone = { ...phone, chosen: { ...phone.chosen, input: "usb" } };
    const one = media();
    await one.open(true);
    expect(phone.microphoneProblem).toBeNull();

    away = true;
    inputs.get("usb")?.end();
    expect(phone.microphoneProblem).toBe("gone");
    await vi.advanceTimersByTimeAsync(0);
    expect([replaced, phone.microphoneProblem]).toEqual([["system"], null]);
    await one.devicesChanged(["built-in"]);
    expect(replaced).toEqual(["system"]);

    away = false;
    await one.devicesChanged(["built-in", "usb"]);
    expect([replaced, phone.microphoneProblem]).toEqual([["system", "usb"], null]);
  });

  it("no microphone at all is said, and one that is plugged in later is used", async () => {
    let there = false;
    FakePeer.replaced = [];
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => {
      if (!there) return Promise.reject(new DOMException("none", "NotFoundError"));
      const track = new FakeTrack("built-in");
      return Promise.resolve({ getTracks: () => [track], getAudioTracks: () => [track] });
    } } });
    const one = media();
    expect(await one.open(true)).toBe("session");
    expect(phone.microphoneProblem).toBe("none");
    there = true;
    await one.devicesChanged(["built-in"]);
    expect([FakePeer.replaced, phone.microphoneProblem]).toEqual([["built-in"], null]);
  });

  it("is measured again after signing out and in", async () => {
    const one = media();
    await one.open(true);
    await vi.advanceTimersByTimeAsync(250);
    expect(levels).toBe(2);
    one.close();
    await vi.advanceTimersByTimeAsync(250);
    expect(levels).toBe(2);
    await one.open(true);
    await vi.advanceTimersByTimeAsync(250);
    expect(levels).toBe(4);
  });
});
