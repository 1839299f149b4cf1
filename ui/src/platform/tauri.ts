import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWindow } from "@tauri-apps/api/window";
import { ApiFailure, isApiError } from "@/api/failure";
import type { Me, ServerMessage, Snapshot } from "@/api/generated/wire";
import { NoAnswer } from "./types";
import type {
  Answer, AppInfo, CheckProgress, Connection, Device, DeviceProblem, Levels, Method, OutboxState, PhoneState, Platform, RefusedEntry, SessionState,
  Stop,
} from "./types";

/** Shapes of the desktop shell's commands and events. */
interface ShellSession {
  signed_in: boolean;
  me: Me | null;
  server_url: string;
  connection: Connection["kind"];
  since_ms: number | null;
  token_kept_in?: "keychain" | "file";
}

interface ShellOutbox {
  waiting: number;
  refused: {
    entry: { id: string; user: string; method: Method; path: string; body: unknown; made_at_ms: number };
    status: number;
    code: RefusedEntry["code"];
    reason: string;
  }[];
}

const outbox = ({ waiting, refused }: ShellOutbox): OutboxState => ({
  waiting,
  refused: refused.map(({ entry: { user, made_at_ms, ...entry }, ...rest }) => ({
    ...rest, entry: { ...entry, userId: user, madeAtMs: made_at_ms },
  })),
});

interface ShellInfo {
  server_url: string | null;
  server_is_fixed: boolean;
  logs: string;
  autostart: boolean | null;
  demo: AppInfo["demo"];
}

const info = (from: ShellInfo): AppInfo => ({
  serverUrl: from.server_url, serverIsFixed: from.server_is_fixed, logs: from.logs, autostart: from.autostart, demo: from.demo,
});

interface ShellPhone {
  muted: boolean;
  audio_running: boolean;
  media: PhoneState["media"];
  reconnecting_since_ms: number | null;
  over_web: boolean;
  microphone_problem: DeviceProblem | null;
  speaker_problem: DeviceProblem | null;
  devices: { inputs: Device[]; outputs: Device[] };
  chosen: PhoneState["chosen"];
  preferences: { input: Device[]; output: Device[]; ringer: Device[]; also_ring_on: Device | null };
  in_use: PhoneState["inUse"];
  echo_cancellation: boolean;
  noise_suppression: boolean;
  auto_gain: boolean;
  typing_suppression: boolean;
}

const session = (from: ShellSession): SessionState => ({
  signedIn: from.signed_in,
  me: from.me,
  serverUrl: from.server_url,
  connection: { kind: from.connection, sinceMs: from.since_ms },
  tokenKeptIn: from.token_kept_in ?? "keychain",
});

const phone = (from: ShellPhone): PhoneState => ({
  muted: from.muted,
  audioRunning: from.audio_running,
  media: from.media,
  reconnectingSinceMs: from.reconnecting_since_ms,
  overWeb: from.over_web,
  microphoneProblem: from.microphone_problem,
  speakerProblem: from.speaker_problem,
  devices: from.devices,
  chosen: from.chosen,
  preferences: {
    input: from.preferences.input, output: from.preferences.output, ringer: from.preferences.ringer, alsoRingOn: from.preferences.also_ring_on,
  },
  inUse: from.in_use,
  echoCancellation: from.echo_cancellation,
  noiseSuppression: from.noise_suppression,
  autoGain: from.auto_gain,
  typingSuppression: from.typing_suppression,
});

/** Calls a command; the shell rejects with an `ApiError`, or with a text when there was no answer. */
async function call<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (cause) {
    if (isApiError(cause)) throw new ApiFailure(cause, 0);
    throw new NoAnswer(String(cause));
  }
}

function on<T>(event: string, listener: (payload: T) => void): Stop {
  let stopped = false;
  let unlisten: Stop | undefined;
  void listen<T>(event, ({ payload }) => {
    if (!stopped) listener(payload);
  }).then((stop) => {
    if (stopped) stop();
    else unlisten = stop;
  });
  return () => {
    stopped = true;
    unlisten?.();
  };
}

export function createTauriPlatform(): Platform {
  return {
    kind: "desktop",
    window: getCurrentWindow().label,
    request: (r) =>
      call<Answer>("api_request", {
        method: r.method, path: r.path, body: r.body ?? null, idempotencyKey: r.idempotencyKey,
      }),
    bytes: (path) => call<ArrayBuffer>("api_bytes", { path }),

    sessionState: async () => session(await call<ShellSession>("session_state")),
    onSession: (listener) => on<ShellSession>("session", (payload) => { listener(session(payload)); }),
    signIn: (email, password) => call<Me>("sign_in", { email, password }),
    signOut: () => call<undefined>("sign_out"),
    register: (body) => call<Me>("register_tenant", { body }),

    snapshot: () => call<Snapshot>("snapshot"),
    onLive: (listener) => on<ServerMessage>("live", listener),
    onResync: (listener) => on<unknown>("resync", () => { listener(); }),

    phoneState: async () => phone(await call<ShellPhone>("phone_state")),
    onPhone: (listener) => on<ShellPhone>("phone", (payload) => { listener(phone(payload)); }),
    onLevels: (listener) =>
      on<{ mic_dbfs: number; speaker_dbfs: number }>("levels", (p) => {
        listener({ mic: p.mic_dbfs, speaker: p.speaker_dbfs } satisfies Levels);
      }),
    setMuted: (muted) => call<undefined>("phone_set_muted", { muted }),
    chooseDevice: (kind, id) => call<undefined>("phone_choose_device", { kind, id }),
    orderDevices: (kind, ids) => call<undefined>("phone_order_devices", { kind, ids }),
    alsoRingOn: (id) => call<undefined>("phone_also_ring_on", { id }),
    setProcessing: (p) =>
      call<undefined>("phone_set_processing", {
        echoCancellation: p.echoCancellation, noiseSuppression: p.noiseSuppression, autoGain: p.autoGain,
        typingSuppression: p.typingSuppression,
      }),
    testRing: () => call<undefined>("phone_test_ring"),
    startCheck: () => call<boolean>("phone_start_check"),
    onCheck: (listener) => on<CheckProgress>("check", listener),
    mediaSession: () => call<string | null>("phone_media_session"),

    outboxPut: (entry) =>
      call<undefined>("outbox_put", {
        id: entry.id, user: entry.userId, method: entry.method, path: entry.path, body: entry.body,
        madeAtMs: entry.madeAtMs,
      }),
    outboxState: async () => outbox(await call<ShellOutbox>("outbox_state")),
    onOutbox: (listener) => on<ShellOutbox>("outbox", (payload) => { listener(outbox(payload)); }),
    outboxAgain: (id) => call<undefined>("outbox_again", { id }),
    outboxDiscard: (id) => call<undefined>("outbox_discard", { id }),

    app: {
      info: async () => info(await call<ShellInfo>("app_info")),
      chooseServer: (address) => call<undefined>("choose_server", { address }),
      setAutostart: (on) => call<undefined>("set_autostart", { on }),
      restart: () => call<undefined>("restart_app"),
      quit: () => call<undefined>("quit_app"),
    },
    openMonitorWindow: () => call<undefined>("open_monitor_window"),
    // The shell itself notifies, also while no page is there.
    notices: { state: () => "on", ask: () => Promise.resolve(), show: () => undefined },
    showMini: (show) => call<undefined>("show_mini", { show }),
    onNavigate: (listener) => {
      const dial = (number: string): void => { listener(`/dial?number=${encodeURIComponent(number)}`); };
      const stops = [
        on<{ path: string }>("navigate", (payload) => { listener(payload.path); }),
        on<{ number: string }>("dial", (payload) => { dial(payload.number); }),
      ];
      // The link that started the app was there before this page could listen.
      if (getCurrentWindow().label === "main") {
        void call<string | null>("dial_waiting").then((number) => { if (number) dial(number); }, () => undefined);
      }
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
