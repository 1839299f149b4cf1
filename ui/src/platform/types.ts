import type { FailureCode } from "@/api/failure";
import type { CheckFigures, CheckLine, CheckVerdict, Me, RegisterTenant, Role, ServerMessage, Snapshot, UserId } from "@/api/generated/wire";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Request {
  method: Method;
  /** Relative to /api/v1, with its query: `/calls?limit=50`. */
  path: string;
  body: unknown;
  /** Same key and same body: same answer again, and nothing done twice. */
  idempotencyKey: string | null;
}

/** What the server answered. No answer at all is a rejected promise with `NoAnswer`. */
export interface Answer {
  status: number;
  body: unknown;
}

/** The server could not be reached, or the connection broke before it answered. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

export type ConnectionKind = "connected" | "reconnecting" | "offline";

export interface Connection {
  kind: ConnectionKind;
  sinceMs: number | null;
}

export interface SessionState {
  signedIn: boolean;
  me: Me | null;
  /** Shown on the sign-in page. */
  serverUrl: string;
  connection: Connection;
  /** Where the refresh token is kept; the desktop says so when the keychain is missing. */
  tokenKeptIn: "keychain" | "file" | "cookie";
}

export interface Device {
  id: string;
  name: string;
}

export type DeviceKind = "input" | "output" | "ringer";

/** `none`: there is no such device. `denied`: the system does not let us. `gone`: it was there and is away. */
export type DeviceProblem = "none" | "denied" | "gone";

export interface Processing {
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGain: boolean;
  /** Only the desktop app can; a browser leaves it out. */
  typingSuppression: boolean;
}

/** Most wanted first, those that are away among them. Empty: the system's choice. */
export interface DevicePreferences {
  input: Device[];
  output: Device[];
  ringer: Device[];
  /** Rings beside the ringer. */
  alsoRingOn: Device | null;
}

export interface PhoneState extends Processing {
  muted: boolean;
  audioRunning: boolean;
  media: "none" | "connecting" | "connected" | "reconnecting";
  reconnectingSinceMs: number | null;
  /** Sound goes over the web connection because UDP does not get through. */
  overWeb: boolean;
  microphoneProblem: DeviceProblem | null;
  speakerProblem: DeviceProblem | null;
  devices: { inputs: Device[]; outputs: Device[] };
  /** Null is the system's own choice. */
  chosen: { input: string | null; output: string | null; ringer: string | null };
  preferences: DevicePreferences;
  /** What carries the sound now; null while none runs. */
  inUse: { input: Device | null; output: Device | null };
}

export type CheckPhase = "preparing" | "speaking" | "listening" | "judging" | "done" | "stopped";

/** The check of devices and network before a shift. */
export interface CheckProgress {
  phase: CheckPhase;
  /** 0 to 1. */
  progress: number;
  /** `stored`: the server has it, so that supervisors can read it. */
  result: { verdict: CheckVerdict; lines: CheckLine[]; figures: CheckFigures; stored: boolean } | null;
}

/** dBFS; -100 is silence. */
export interface Levels {
  mic: number;
  speaker: number;
}

/** A result that must not be lost: kept until the server has answered, sent once, in order. */
export interface OutboxEntry {
  /** Also the idempotency key. */
  id: string;
  /** Who typed it; it is sent while this person is signed in. */
  userId: UserId;
  method: Method;
  path: string;
  body: unknown;
  madeAtMs: number;
}

/** What the server will never take as it is. It stays until the person has dealt with it. */
export interface RefusedEntry {
  entry: OutboxEntry;
  status: number;
  code: FailureCode | null;
  /** In the server's words. */
  reason: string;
}

/** Of the person who is signed in. */
export interface OutboxState {
  waiting: number;
  refused: readonly RefusedEntry[];
}

export type Stop = () => void;

/** Somebody that a demo lets sign in. */
export interface DemoPerson {
  role: Role;
  name: string;
  email: string;
  password: string;
}

export interface AppInfo {
  /** Null: the server inside the app. */
  serverUrl: string | null;
  /** Named when the app was started; choosing has no effect then. */
  serverIsFixed: boolean;
  /** Folder of the log files. */
  logs: string;
  /** Null where the system does not say. */
  autostart: boolean | null;
  demo: { browser: string | null; people: readonly DemoPerson[] } | null;
}

/** The desktop app itself, whoever is signed in. */
export interface AppControl {
  info(): Promise<AppInfo>;
  /** Null is the server inside the app. Asks the server, keeps the choice, and starts the app anew. */
  chooseServer(address: string | null): Promise<void>;
  setAutostart(on: boolean): Promise<void>;
  restart(): Promise<void>;
  quit(): Promise<void>;
}

export interface Notices {
  /** `ask`: the person has not said yet whether they want them. */
  state(): "on" | "off" | "ask";
  ask(): Promise<void>;
  show(notice: { title: string; text: string }): void;
}

export interface Platform {
  readonly kind: "desktop" | "web";
  /** `main`, `monitor` or `mini` in the desktop app; always `main` in a browser. */
  readonly window: string;
  request(request: Request): Promise<Answer>;
  /** A file by the path that the server gave for it. */
  bytes(path: string): Promise<ArrayBuffer>;

  sessionState(): Promise<SessionState>;
  onSession(listener: (state: SessionState) => void): Stop;
  signIn(email: string, password: string): Promise<Me>;
  signOut(): Promise<void>;
  register(body: RegisterTenant): Promise<Me>;

  snapshot(): Promise<Snapshot>;
  onLive(listener: (message: ServerMessage) => void): Stop;
  /** The stream had a hole: read the snapshot again. */
  onResync(listener: () => void): Stop;

  phoneState(): Promise<PhoneState>;
  onPhone(listener: (state: PhoneState) => void): Stop;
  onLevels(listener: (levels: Levels) => void): Stop;
  setMuted(muted: boolean): Promise<void>;
  chooseDevice(kind: DeviceKind, id: string | null): Promise<void>;
  /** The whole order; an empty one follows the system. */
  orderDevices(kind: DeviceKind, ids: string[]): Promise<void>;
  alsoRingOn(id: string | null): Promise<void>;
  setProcessing(processing: Processing): Promise<void>;
  testRing(): Promise<void>;
  /** Null where the check is not made. False while one runs. */
  readonly startCheck: (() => Promise<boolean>) | null;
  onCheck(listener: (progress: CheckProgress) => void): Stop;
  /** The session that shall carry the sound; opened when there is none yet. */
  mediaSession(): Promise<string | null>;

  outboxPut(entry: OutboxEntry): Promise<void>;
  outboxState(): Promise<OutboxState>;
  onOutbox(listener: (state: OutboxState) => void): Stop;
  /** Sends once more what was refused. */
  outboxAgain(id: string): Promise<void>;
  outboxDiscard(id: string): Promise<void>;

  /** Null in a browser. */
  readonly app: AppControl | null;
  openMonitorWindow(): Promise<void>;
  showMini(show: boolean): Promise<void>;
  /** What is shown by the system, outside the page, when something comes due. */
  readonly notices: Notices;
  /** A page that a notification, the tray or a link asks for: `/calls/…`, `/desk`, `/dial?number=…`. */
  onNavigate(listener: (path: string) => void): Stop;
}
