import { ApiFailure, asFailure, isApiError, isTransient } from "@/api/failure";
import type { LiveEvent, Me, ServerMessage, SignedIn, Snapshot } from "@/api/generated/wire";
import { systemClock } from "@/lib/clock";
import type { Kept } from "@/lib/kept";
import { may } from "@/state/rights";
import type { Device, DeviceKind, Levels, Method, OutboxState, PhoneState, Platform, SessionState } from "./types";
import { listDevices } from "./web/devices";
import { createRefreshAttempt } from "./web/attempt";
import { createHttp } from "./web/http";
import { openLive } from "./web/live";
import type { LiveSocket } from "./web/live";
import { createMedia } from "./web/media";
import { webNotices } from "./web/notices";
import { createOutbox } from "./web/outbox";
import { createRingWatch } from "./web/ring-watch";
import { createRinger } from "./web/ringer";
import { loadPhone, savePhone, withDevices } from "./web/phone-settings";
import { createTopic } from "./web/topic";

/** Who is a phone from sign-in on; others become one when they go available or listen in. */
const isPhone = (me: Me): boolean => me.user.role === "telecaller";

const REPORT_MS = 1000;

/** The browser as phone and screen: fetch, one live WebSocket, one WebRTC connection. */
export function createWebPlatform(kept: Kept): Platform {
  const sessions = createTopic<SessionState>();
  const live = createTopic<ServerMessage>();
  const resync = createTopic<undefined>();
  const phones = createTopic<PhoneState>();
  const levels = createTopic<Levels>();
  const outboxes = createTopic<OutboxState>();

  let session: SessionState = {
    signedIn: false, me: null, serverUrl: window.location.host,
    connection: { kind: "connected", sinceMs: null }, tokenKeptIn: "cookie",
  };
  let phone: PhoneState = loadPhone(kept);
  let socket: LiveSocket | null = null;
  let inCall: string | null = null;
  let reports: ReturnType<typeof setInterval> | undefined;

  const setSession = (change: Partial<SessionState>): void => {
    session = { ...session, ...change };
    sessions.send(session);
  };
  const setPhone = (change: Partial<PhoneState>): void => {
    phone = { ...phone, ...change };
    phones.send(phone);
  };

  const http = createHttp(() => { ended(); }, createRefreshAttempt(kept));
  const send = async <T>(method: Method, path: string, body: unknown, key: string | null = null): Promise<T> => {
    const answer = await http.request({ method, path, body, idempotencyKey: key });
    if (answer.status >= 400) {
      if (isApiError(answer.body)) throw new ApiFailure(answer.body, answer.status);
      throw ApiFailure.noAnswer(`${path} answered ${answer.status}`);
    }
    return answer.body as T;
  };

  const ringer = createRinger();
  const secondRinger = createRinger();
  const bothRingers = {
    start: (): void => {
      ringer.start();
      if (phone.preferences.alsoRingOn !== null) secondRinger.start();
    },
    stop: (): void => {
      ringer.stop();
      secondRinger.stop();
    },
  };
  // A ringer that is not there now rings on the system's choice.
  if (phone.chosen.ringer !== null) void ringer.useOutput(phone.chosen.ringer).catch(() => undefined);
  const also = phone.preferences.alsoRingOn;
  if (also !== null) void secondRinger.useOutput(also.id).catch(() => undefined);
  const rings = createRingWatch(bothRingers, systemClock);
  const media = createMedia(() => phone, { send, onChange: setPhone, onLevels: levels.send });
  const outbox = createOutbox({
    kept,
    user: () => session.me?.user.id ?? null,
    newId: () => crypto.randomUUID(),
    send: async (entry) => {
      try {
        await send(entry.method, entry.path, entry.body, entry.id);
        return "done";
      } catch (cause) {
        const failure = asFailure(cause);
        return isTransient(failure) ? "later" : failure;
      }
    },
    onChange: outboxes.send,
  });

  const refreshDevices = async (): Promise<void> => {
    const devices = await listDevices();
    const before = phone.chosen;
    setPhone(withDevices(phone, { devices }));
    await media.devicesChanged(devices.inputs.map((each) => each.id));
    await follow(before, false);
  };
  /** Takes over what is chosen now. */
  const follow = async (before: PhoneState["chosen"], input: boolean): Promise<void> => {
    const now = phone.chosen;
    if (now.ringer !== before.ringer) await ringer.useOutput(now.ringer).catch(() => undefined);
    if (!media.id()) return;
    if (input && now.input !== before.input) await media.useInput(now.input);
    if (now.output !== before.output) await media.useOutput(now.output);
  };
  const order = async (kind: DeviceKind, ids: readonly string[]): Promise<void> => {
    const before = phone.chosen;
    const all = [...(kind === "input" ? phone.devices.inputs : phone.devices.outputs), ...phone.preferences[kind]];
    const devices = ids.map((id): Device => all.find((each) => each.id === id && each.name !== "") ?? { id, name: "" });
    setPhone(withDevices(phone, { preferences: { ...phone.preferences, [kind]: devices } }));
    savePhone(kept, phone);
    await follow(before, true);
  };

  const heard = (message: ServerMessage): void => {
    rings.heard(message);
    if (message.type === "event") followCall(message.event);
    live.send(message);
  };

  /** Tells the server once a second how this page sounds while its user is in a call. */
  const watchCall = (id: string | null): void => {
    if (id === inCall) return;
    inCall = id;
    clearInterval(reports);
    if (id === null) return;
    reports = setInterval(() => {
      void media.report().then((sound) => {
        const session = media.id();
        if (sound && session) socket?.send({ type: "sound", media_session_id: session, sound });
      }).catch(() => undefined);
    }, REPORT_MS);
  };
  const followCall = (event: LiveEvent): void => {
    if (event.kind === "restart_media" && event.media_session_id === media.id()) media.mend();
    else if (event.kind === "call" && event.call.status === "in_progress" && event.call.agent_id === session.me?.user.id) watchCall(event.call.id);
    else if (event.kind === "call_ended" && event.call_id === inCall) watchCall(null);
  };
  const started = (me: Me): void => {
    setSession({ signedIn: true, me });
    outboxes.send(outbox.state());
    socket?.close();
    socket = openLive({
      token: http.token,
      phone: may(me.user.role, "take_calls"),
      probe: () => ({ mediaSessionId: media.id(), audioRunning: media.running() }),
      onMessage: heard,
      onResync: () => { resync.send(undefined); },
      onConnection: (connection) => {
        setSession({ connection });
        if (connection.kind === "connected") void outbox.flush();
      },
    });
    void (isPhone(me) ? media.open(true) : Promise.resolve()).catch(() => undefined).then(refreshDevices);
  };
  const ended = (): void => {
    socket?.close();
    socket = null;
    watchCall(null);
    media.close();
    rings.stop();
    setSession({ signedIn: false, me: null });
  };
  const accepted = (answer: SignedIn): Me => {
    http.signedIn(answer);
    started(answer.me);
    return answer.me;
  };

  navigator.mediaDevices?.addEventListener("devicechange", () => void refreshDevices());

  return {
    kind: "web",
    window: "main",
    request: http.request,
    bytes: http.bytes,
    sessionState: async () => {
      if (!session.signedIn) {
        const me = await http.restore();
        if (me) started(me);
      }
      return session;
    },
    onSession: sessions.on,
    signIn: async (email, password) =>
      accepted(await send<SignedIn>("POST", "/auth/sign-in", { email, password, device: "browser" })),
    signOut: async () => {
      ended();
      await http.signOut();
    },
    register: async (body) => accepted(await send<SignedIn>("POST", "/tenants", { ...body, device: "browser" })),
    snapshot: async () => {
      const snapshot = await send<Snapshot>("GET", "/live/snapshot", null);
      rings.read(snapshot);
      return snapshot;
    },
    onLive: live.on,
    onResync: resync.on,
    phoneState: () => Promise.resolve(phone),
    onPhone: phones.on,
    onLevels: levels.on,
    setMuted: (muted) => {
      media.setMuted(muted);
      setPhone({ muted });
      return Promise.resolve();
    },
    chooseDevice: (kind, id) => {
      const others = phone.preferences[kind].map((each) => each.id).filter((each) => each !== id);
      return order(kind, id === null ? [] : [id, ...others]);
    },
    orderDevices: order,
    alsoRingOn: async (id) => {
      const device = id === null ? null : (phone.devices.outputs.find((each) => each.id === id) ?? { id, name: "" });
      setPhone({ preferences: { ...phone.preferences, alsoRingOn: device } });
      savePhone(kept, phone);
      await secondRinger.useOutput(id);
    },
    setProcessing: async (processing) => {
      setPhone(processing);
      savePhone(kept, phone);
      if (media.id()) await media.useInput(phone.chosen.input);
    },
    testRing: () => {
      bothRingers.start();
      setTimeout(bothRingers.stop, 3000);
      return Promise.resolve();
    },
    startCheck: null,
    onCheck: () => () => undefined,
    mediaSession: async () => {
      const id = media.id() ?? await media.open(session.me !== null && may(session.me.user.role, "take_calls"));
      void refreshDevices();
      return id;
    },
    outboxPut: async (entry) => {
      outbox.put(entry);
      await outbox.flush();
    },
    outboxState: () => Promise.resolve(outbox.state()),
    onOutbox: outboxes.on,
    outboxAgain: outbox.again,
    outboxDiscard: (id) => {
      outbox.discard(id);
      return Promise.resolve();
    },
    app: null,
    openMonitorWindow: () => {
      window.open("#/monitor", "switchboard-monitor", "width=1280,height=800");
      return Promise.resolve();
    },
    notices: webNotices(),
    showMini: () => Promise.resolve(),
    onNavigate: () => () => undefined,
  };
}
