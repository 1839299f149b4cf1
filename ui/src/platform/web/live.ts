import type { ClientMessage, ServerMessage } from "@/api/generated/wire";
import type { Connection } from "../types";

/** What a probe is answered with: whether this page's sound runs. */
export interface ProbeFacts {
  mediaSessionId: string | null;
  audioRunning: boolean;
}

export interface LiveSocketOptions {
  token(): Promise<string | null>;
  /** True when this page is the agent's phone. */
  phone: boolean;
  probe(): ProbeFacts;
  onMessage(message: ServerMessage): void;
  onResync(): void;
  onConnection(connection: Connection): void;
}

/** Wait before try `n` (from 0), in ms: doubles to 15 s; `random` from 0 to 1 spreads many clients. */
export const backOff = (n: number, random: number): number =>
  Math.round(Math.min(15_000, 500 * 2 ** n) * (0.5 + random / 2));

const SILENT_MS = 25_000;
const PING_MS = 10_000;

export interface LiveSocket {
  /** Says something when the connection stands; otherwise it is not said. */
  send(message: ClientMessage): void;
  close(): void;
}

/** The live connection: hello with the last number seen, then events in order; comes back by itself. */
export function openLive(options: LiveSocketOptions): LiveSocket {
  let socket: WebSocket | null = null;
  let closed = false;
  let tries = 0;
  let lostSince: number | null = null;
  let seen: { epoch: string; seq: number } | null = null;
  let heardAt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const send = (message: ClientMessage): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };

  const again = (): void => {
    if (closed) return;
    socket = null;
    lostSince ??= Date.now();
    options.onConnection({ kind: navigator.onLine ? "reconnecting" : "offline", sinceMs: lostSince });
    retry = setTimeout(() => void connect(), backOff(tries, Math.random()));
    tries += 1;
  };

  const receive = (message: ServerMessage): void => {
    heardAt = Date.now();
    if (message.type === "welcome") {
      tries = 0;
      lostSince = null;
      options.onConnection({ kind: "connected", sinceMs: null });
      const hole = seen !== null && !message.resumed;
      if (!message.resumed) seen = { epoch: message.epoch, seq: message.seq };
      if (hole || seen === null) options.onResync();
    } else if (message.type === "probe") {
      const facts = options.probe();
      send({
        type: "probe_reply", nonce: message.nonce, media_session_id: facts.mediaSessionId,
        audio_running: facts.audioRunning,
      });
      return;
    } else if (message.type === "event" && seen) {
      seen = { epoch: seen.epoch, seq: message.seq };
    }
    options.onMessage(message);
  };

  const connect = async (): Promise<void> => {
    let token: string | null;
    try {
      token = await options.token();
    } catch {
      again();
      return;
    }
    if (closed || token === null) return;
    const url = new URL("/api/v1/live", window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const made = new WebSocket(url);
    socket = made;
    made.onopen = () => {
      heardAt = Date.now();
      send({
        type: "hello", access_token: token, epoch: seen?.epoch ?? null, after_seq: seen?.seq ?? null,
        phone: options.phone,
      });
    };
    made.onmessage = (event) => {
      if (socket === made) receive(JSON.parse(String(event.data)) as ServerMessage);
    };
    made.onclose = () => {
      if (socket === made) again();
    };
  };

  const watch = setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    // A connection whose other end is gone may stay "open" for minutes; silence tells.
    if (Date.now() - heardAt > SILENT_MS) socket.close();
    else send({ type: "ping", nonce: Date.now() % 1_000_000 });
  }, PING_MS);

  const online = (): void => {
    if (socket) return;
    clearTimeout(retry);
    tries = 0;
    void connect();
  };
  window.addEventListener("online", online);
  void connect();

  const close = (): void => {
    closed = true;
    clearInterval(watch);
    clearTimeout(retry);
    window.removeEventListener("online", online);
    socket?.close();
  };
  return { send, close };
}
