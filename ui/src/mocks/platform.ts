import type { CheckProgress, Levels, PhoneState, Platform, RefusedEntry, SessionState } from "@/platform/types";
import { createTopic } from "@/platform/web/topic";
import { ringWav } from "@/platform/web/ringer";
import type { ServerMessage } from "@/api/generated/wire";
import { playCheck } from "./device-checks";
import { answer } from "./routes";
import { SCENES, World } from "./world";
import type { Scene } from "./world";

const refused: RefusedEntry = {
  entry: {
    id: "r1", userId: "u", method: "POST", path: "/calls/c1/disposition", madeAtMs: Date.now() - 600_000,
    body: { code: "callback", notes: "Wants the corner plot, will ask her husband.", callback: { local_time: "2026-11-20T11:30", zone: "Asia/Kolkata" }, fields: { budget: "60 lakh" } },
  },
  status: 422, code: "invalid_fields", reason: "the result is not complete: callback.local_time: that moment has passed",
};

const sceneOf = (text: string | null): Scene => SCENES.find((each) => each === text) ?? "idle";

/** For development without a server: fixtures, and one scripted call. Chosen by `?scene=` in the address. */
export function choosePlatform(): Promise<Platform> {
  const query = new URLSearchParams(window.location.search);
  const scene = sceneOf(query.get("scene"));
  // The router reads the address, and would take these for filters.
  window.history.replaceState(null, "", window.location.pathname + window.location.hash);
  const look = { theme: query.get("theme") ?? "light", locale: query.get("locale") ?? "en" };
  window.localStorage.setItem("switchboard.prefs", JSON.stringify(look));

  const live = createTopic<ServerMessage>();
  const sessions = createTopic<SessionState>();
  const phones = createTopic<PhoneState>();
  const levels = createTopic<Levels>();
  const checks = createTopic<CheckProgress>();
  const world = new World(scene, live.send);
  let phone: PhoneState = {
    muted: false, audioRunning: true, media: "connected", reconnectingSinceMs: null, overWeb: false, microphoneProblem: null, speakerProblem: null, echoCancellation: true, noiseSuppression: true, autoGain: true, typingSuppression: true,
    devices: { inputs: [{ id: "usb", name: "USB headset" }, { id: "built-in", name: "Built-in microphone" }], outputs: [{ id: "usb", name: "USB headset" }, { id: "built-in", name: "Built-in speakers" }] }, chosen: { input: "bt", output: "usb", ringer: null },
    preferences: { input: [{ id: "bt", name: "Wireless headset" }, { id: "usb", name: "USB headset" }], output: [{ id: "usb", name: "USB headset" }, { id: "built-in", name: "Built-in speakers" }], ringer: [], alsoRingOn: { id: "built-in", name: "Built-in speakers" } },
    inUse: { input: { id: "usb", name: "USB headset" }, output: { id: "usb", name: "USB headset" } },
  };
  const signedIn = scene !== "sign-in" && scene !== "first-run";
  let session: SessionState = { signedIn, me: signedIn ? world.me : null, serverUrl: "desk.cedarquay.example", connection: { kind: "connected", sinceMs: null }, tokenKeptIn: "cookie" };
  const setPhone = (change: Partial<PhoneState>): Promise<void> => {
    phone = { ...phone, ...change };
    phones.send(phone);
    return Promise.resolve();
  };
  setInterval(() => { levels.send({ mic: -24 + 6 * Math.sin(Date.now() / 300), speaker: -30 }); }, 100);
  if (scene === "idle" && query.has("play")) setTimeout(() => { world.ring(); }, 1500);
  if (scene === "wrap") setTimeout(() => { world.hangUp(); }, 800);

  const enter = (): Promise<typeof world.me> => {
    session = { ...session, signedIn: true, me: world.me };
    return Promise.resolve(world.me);
  };
  return Promise.resolve({
    kind: "web", window: "main", app: null,
    request: (r) => Promise.resolve(answer(world, r)),
    bytes: () => Promise.resolve(ringWav()),
    sessionState: () => Promise.resolve(session), onSession: sessions.on,
    signIn: enter, register: enter,
    signOut: () => Promise.resolve(),
    snapshot: () => Promise.resolve(world.snapshot()), onLive: live.on, onResync: () => () => undefined,
    phoneState: () => Promise.resolve(phone), onPhone: phones.on, onLevels: levels.on,
    setMuted: (muted) => setPhone({ muted }),
    chooseDevice: (kind, id) => setPhone({ chosen: { ...phone.chosen, [kind]: id } }),
    orderDevices: (kind, ids) => setPhone({ preferences: { ...phone.preferences, [kind]: ids.map((id) => [...phone.preferences[kind], ...phone.devices.inputs, ...phone.devices.outputs].find((each) => each.id === id) ?? { id, name: id }) } }),
    alsoRingOn: (id) => setPhone({ preferences: { ...phone.preferences, alsoRingOn: phone.devices.outputs.find((each) => each.id === id) ?? null } }),
    setProcessing: setPhone, testRing: () => Promise.resolve(), startCheck: () => { playCheck(checks.send); return Promise.resolve(true); }, onCheck: checks.on, mediaSession: () => Promise.resolve("media-1"),
    outboxPut: () => Promise.resolve(), outboxState: () => Promise.resolve({ waiting: 0, refused: query.has("refused") ? [refused] : [] }), onOutbox: () => () => undefined,
    outboxAgain: () => Promise.resolve(), outboxDiscard: () => Promise.resolve(),
    openMonitorWindow: () => Promise.resolve(), notices: { state: () => "on", ask: () => Promise.resolve(), show: () => undefined }, showMini: () => Promise.resolve(), onNavigate: () => () => undefined,
  });
}
