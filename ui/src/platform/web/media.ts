import type { DeviceSound, MediaSession, RelayServers } from "@/api/generated/wire";
import { ApiFailure } from "@/api/failure";
import type { DeviceProblem, Levels, PhoneState } from "../types";
import { createMeter } from "./meter";
import type { Meter } from "./meter";
import { countsOf, reportOf } from "./report";
import type { Counts } from "./report";

type Send = <T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body: unknown) => Promise<T>;

export interface MediaOptions {
  send: Send;
  onChange(change: Partial<PhoneState>): void;
  onLevels(levels: Levels): void;
}

export interface Media {
  /** Opens the session when there is none; answers its id, or null when the server gave none. */
  open(takesCalls: boolean): Promise<string | null>;
  id(): string | null;
  running(): boolean;
  setMuted(muted: boolean): void;
  /** How this device sounded since the last call of this; null while nothing is known. */
  report(): Promise<DeviceSound | null>;
  /** Looks for a new path to the server, though the connection seems to stand. */
  mend(): void;
  useInput(id: string | null): Promise<void>;
  /** Something was plugged in or out: `inputs` are there now. */
  devicesChanged(inputs: readonly string[]): Promise<void>;
  useOutput(id: string | null): Promise<void>;
  close(): void;
}

const constraints = (input: string | null, p: Pick<PhoneState, "echoCancellation" | "noiseSuppression" | "autoGain">) => ({
  audio: {
    ...(input ? { deviceId: { exact: input } } : {}),
    echoCancellation: p.echoCancellation, noiseSuppression: p.noiseSuppression, autoGainControl: p.autoGain,
  },
});

function problemOf(cause: unknown): DeviceProblem {
  const name = cause instanceof DOMException ? cause.name : "";
  return name === "NotAllowedError" || name === "SecurityError" ? "denied" : "none";
}

/** One WebRTC connection from sign-in to sign-out: answering a call only joins it to the call's room. */
export function createMedia(state: () => PhoneState, options: MediaOptions): Media {
  let peer: RTCPeerConnection | null = null;
  let sessionId: string | null = null;
  let opening: Promise<string | null> | null = null;
  let takesCalls = true;
  let mic: MediaStream | null = null;
  let muted = false;
  let counts: Counts | null = null;
  let micMeter: Meter | null = null;
  let earMeter: Meter | null = null;
  const ear = new Audio();
  ear.autoplay = true;

  let beat: ReturnType<typeof setInterval> | undefined;
  const measure = (): void => {
    clearInterval(beat);
    beat = setInterval(() => {
      options.onLevels({ mic: micMeter?.read() ?? -100, speaker: earMeter?.read() ?? -100 });
    }, 100);
  };
  const playThrough = async (id: string | null): Promise<void> => {
    if (!("setSinkId" in ear)) return;
    try {
      await ear.setSinkId(id ?? "");
      options.onChange({ speakerProblem: null });
    } catch (cause) {
      const problem = problemOf(cause);
      options.onChange({ speakerProblem: problem === "none" && id !== null ? "gone" : problem });
    }
  };

  const live = (): boolean => mic?.getAudioTracks().some((each) => each.readyState === "live") ?? false;

  /** Null, with the problem said, when it cannot be had; what was captured before goes on then. */
  const capture = async (input: string | null): Promise<MediaStreamTrack | null> => {
    try {
      const got = await navigator.mediaDevices.getUserMedia(constraints(input, state()));
      for (const track of mic?.getTracks() ?? []) track.stop();
      mic = got;
      micMeter?.close();
      micMeter = createMeter(got);
      measure();
      const track = got.getAudioTracks()[0] ?? null;
      if (track) {
        track.enabled = !muted;
        track.onended = () => {
          options.onChange({ microphoneProblem: "gone" });
          void recover();
        };
      }
      options.onChange({ microphoneProblem: null });
      return track;
    } catch (cause) {
      const problem = problemOf(cause);
      options.onChange({ microphoneProblem: problem === "none" && input !== null ? "gone" : problem });
      return null;
    }
  };

  /** The chosen microphone, or the system's while that is away: the call must not stay silent. */
  const captureAny = async (): Promise<MediaStreamTrack | null> => {
    const { input } = state().chosen;
    const track = await capture(input);
    if (track || input === null || state().microphoneProblem === "denied") return track;
    return capture(null);
  };
  const speakThrough = async (track: MediaStreamTrack | null): Promise<void> => {
    if (track) await peer?.getSenders()[0]?.replaceTrack(track);
  };

  let recovering: Promise<void> | null = null;
  const recover = (): Promise<void> => {
    recovering ??= captureAny().then(speakThrough).finally(() => { recovering = null; });
    return recovering;
  };

  const watch = (made: RTCPeerConnection): void => {
    made.ontrack = (event) => {
      const stream = event.streams[0] ?? new MediaStream([event.track]);
      ear.srcObject = stream;
      void ear.play().catch(() => { options.onChange({ speakerProblem: "denied" }); });
      earMeter?.close();
      earMeter = createMeter(stream);
      measure();
    };
    made.onconnectionstatechange = () => {
      if (peer !== made) return;
      if (made.connectionState === "connected") {
        options.onChange({ media: "connected", audioRunning: true, reconnectingSinceMs: null });
      } else if (made.connectionState === "disconnected" || made.connectionState === "failed") {
        // "disconnected" is followed by "failed": the count goes on.
        const since = state().reconnectingSinceMs ?? Date.now();
        options.onChange({ media: "reconnecting", audioRunning: false, reconnectingSinceMs: since });
        void restart(made);
      }
    };
  };

  const offerOf = async (made: RTCPeerConnection, iceRestart: boolean): Promise<string> => {
    const offer = await made.createOffer({ iceRestart });
    await made.setLocalDescription(offer);
    return offer.sdp ?? "";
  };

  /** For networks that let nothing straight through. Without an answer the straight way is tried. */
  const relays = async (): Promise<RTCConfiguration> => {
    try {
      const { servers, only } = await options.send<RelayServers>("GET", "/media/relays", null);
      return { iceServers: servers, iceTransportPolicy: only ? "relay" : "all" };
    } catch {
      return {};
    }
  };

  const open = async (): Promise<string | null> => {
    options.onChange({ media: "connecting" });
    const made = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...(await relays()) });
    const track = await captureAny();
    made.addTransceiver(track ?? "audio", { direction: "sendrecv" });
    peer = made;
    watch(made);
    await playThrough(state().chosen.output);
    try {
      const answer = await options.send<MediaSession>("POST", "/media/sessions", {
        sdp_offer: await offerOf(made, false), takes_calls: takesCalls,
      });
      await made.setRemoteDescription({ type: "answer", sdp: answer.sdp_answer });
      sessionId = answer.id;
      return answer.id;
    } catch (cause) {
      made.close();
      peer = null;
      options.onChange({ media: "none", audioRunning: false });
      throw cause;
    }
  };

  /** New network addresses for the same session; a session that the server forgot is opened anew. */
  const restart = async (made: RTCPeerConnection): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (peer !== made || made.connectionState === "connected") return;
    await mend(made);
  };
  const mend = async (made: RTCPeerConnection): Promise<void> => {
    if (sessionId === null) return;
    try {
      const answer = await options.send<MediaSession>("PUT", `/media/sessions/${sessionId}`, {
        sdp_offer: await offerOf(made, true),
      });
      await made.setRemoteDescription({ type: "answer", sdp: answer.sdp_answer });
    } catch (cause) {
      if (peer !== made) return;
      if (cause instanceof ApiFailure && cause.status === 404) {
        made.close();
        sessionId = null;
        opening = open().finally(() => { opening = null; });
        await opening.catch(() => undefined);
      } else {
        await restart(made);
      }
    }
  };

  return {
    open: (takes) => {
      if (sessionId) return Promise.resolve(sessionId);
      takesCalls = takes;
      opening ??= open().finally(() => { opening = null; });
      return opening;
    },
    id: () => sessionId,
    running: () => peer?.connectionState === "connected",
    setMuted: (on) => {
      muted = on;
      for (const track of mic?.getAudioTracks() ?? []) track.enabled = !on;
    },
    report: async () => {
      if (!peer) return null;
      const stats: Record<string, unknown>[] = [];
      (await peer.getStats()).forEach((each: Record<string, unknown>) => { stats.push(each); });
      const before = counts;
      counts = countsOf(stats);
      if (!before || !counts) return null;
      return reportOf(before, counts, { mic: micMeter?.read() ?? -100, speaker: earMeter?.read() ?? -100 }, muted);
    },
    mend: () => { if (peer) void mend(peer); },
    useInput: async (id) => {
      await speakThrough(await capture(id));
    },
    devicesChanged: async (inputs) => {
      if (!peer) return;
      const chosen = state().chosen.input;
      const now = mic?.getAudioTracks()[0]?.getSettings().deviceId ?? null;
      const back = chosen !== null && now !== chosen && inputs.includes(chosen);
      if ((back || !live()) && inputs.length > 0) await recover();
    },
    useOutput: playThrough,
    close: () => {
      clearInterval(beat);
      for (const track of mic?.getTracks() ?? []) track.stop();
      micMeter?.close();
      earMeter?.close();
      [mic, micMeter, earMeter] = [null, null, null];
      ear.srcObject = null;
      peer?.close();
      if (sessionId) void options.send("DELETE", `/media/sessions/${sessionId}`, null).catch(() => undefined);
      peer = null;
      sessionId = null;
    },
  };
}
