import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PhoneState } from "../types";
import { createMedia } from "./media";
import { loadPhone } from "./phone-settings";
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
  connectionState = "new";
  ontrack: unknown = null;
  onconnectionstatechange: unknown = null;
  addTransceiver = vi.fn();
  createOffer = () => Promise.resolve({ sdp: "offer" });
  setLocalDescription = () => Promise.resolve();
  setRemoteDescription = () => Promise.resolve();
  close = vi.fn();
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
  const media = () => createMedia(() => phone, {
    send: <T,>() => Promise.resolve({ id: "session", sdp_answer: "answer" } as T),
    onChange: (change) => { phone = { ...phone, ...change }; },
    onLevels: () => { levels += 1; },
  });

  beforeEach(() => {
    phone = { ...loadPhone(createKept(testStorage())), chosen: { input: null, output: "headset", ringer: null } };
    levels = 0;
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
