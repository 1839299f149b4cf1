import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OutboxEntry, OutboxState } from "../types";
import { settle } from "@/testing/clock";
import { ApiFailure } from "@/api/failure";
import { createKept } from "@/lib/kept";
import { testStorage } from "@/testing/storage";
import { createRefreshAttempt } from "./attempt";
import { createHttp } from "./http";
import { backOff, openLive } from "./live";
import { dbfs } from "./meter";
import { createOutbox } from "./outbox";
import type { Sent } from "./outbox";
import { ringWav } from "./ringer";

const entry = (id: string, userId = "u1"): OutboxEntry =>
  ({ id, userId, method: "POST", path: `/${id}`, body: { notes: `what ${id} says` }, madeAtMs: 1 });

const no = new ApiFailure({ code: "invalid_fields", message: "notes are too long", request_id: "r" }, 422);

function outboxOf(send: (each: OutboxEntry) => Sent, storage = testStorage(), user: () => string | null = () => "u1") {
  const states: OutboxState[] = [];
  const sent: string[] = [];
  let ids = 0;
  const box = createOutbox({
    kept: createKept(storage), user, newId: () => { ids += 1; return `new-${ids}`; },
    send: (each) => {
      sent.push(each.id);
      return Promise.resolve(send(each));
    },
    onChange: (state) => { states.push(state); },
  });
  return { box, states, sent, storage };
}

describe("the browser's outbox", () => {
  it("sends in order and stops at the first that has to wait", async () => {
    const answers: Record<string, Sent> = { a: "done", b: "later", c: "done" };
    const { box, sent } = outboxOf((each) => answers[each.id] ?? "done");
    for (const id of ["a", "b", "c"]) box.put(entry(id));
    await box.flush();
    expect([sent, box.state().waiting]).toEqual([["a", "b"], 2]);
    answers["b"] = "done";
    await box.flush();
    expect([sent, box.state().waiting]).toEqual([["a", "b", "b", "c"], 0]);
  });

  it("is there again after a reload, and takes one id once", () => {
    const { box, states, storage } = outboxOf(() => "later");
    box.put(entry("a"));
    box.put(entry("a"));
    expect([outboxOf(() => "done", storage).box.state().waiting, states.map((each) => each.waiting)]).toEqual([1, [1, 1]]);
  });

  it("keeps what the server will not have, whole and with the reason, until it is sent again or discarded", async () => {
    let answer: Sent = no;
    const { box, sent, storage } = outboxOf(() => answer);
    box.put(entry("a"));
    box.put(entry("b"));
    await box.flush();
    const again = outboxOf(() => answer, storage).box;
    expect(again.state()).toEqual({
      waiting: 0,
      refused: [entry("a"), entry("b")].map((each) => ({ entry: each, status: 422, code: "invalid_fields", reason: "notes are too long" })),
    });
    answer = "done";
    await box.again("a");
    expect([sent, box.state().refused.map((each) => each.entry.id)]).toEqual([["a", "b", "new-1"], ["b"]]);
    box.discard("b");
    expect(box.state()).toEqual({ waiting: 0, refused: [] });
  });

  it("sends nothing of one person while another is signed in, and shows nothing of them", async () => {
    let user: string | null = "u1";
    let answer: Sent = "later";
    const { box, sent } = outboxOf(() => answer, testStorage(), () => user);
    box.put(entry("a"));
    await box.flush();
    user = null;
    answer = "done";
    await box.flush();
    user = "u2";
    box.put(entry("b", "u2"));
    expect(box.state().waiting).toBe(1);
    await box.flush();
    expect(sent).toEqual(["a", "b"]);
    user = "u1";
    await box.flush();
    expect([sent, box.state().waiting]).toEqual([["a", "b", "a"], 0]);
  });

  it("says so when the browser has no room to keep it", () => {
    const { box, storage } = outboxOf(() => "later");
    storage.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
    expect(() => { box.put(entry("a")); }).toThrow("no room");
  });

  it("two flushes at once send nothing twice", async () => {
    const { box, sent } = outboxOf(() => "done");
    box.put(entry("a"));
    await Promise.all([box.flush(), box.flush()]);
    expect(sent).toEqual(["a"]);
  });
});

const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
const signedIn = (token: string) => ({ access_token: token, expires_in_s: 900, refresh_token: null, me: { user: { name: "F" } } });

const attempt = (storage = testStorage()) => createRefreshAttempt(createKept(storage));

describe("requests of the browser", () => {
  afterEach(() => { vi.unstubAllGlobals(); });

  function stub(answer: (url: string, init: RequestInit) => Response | Error): { calls: string[] } {
    const calls: string[] = [];
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      const headers = init.headers as Record<string, string>;
      calls.push(`${init.method ?? ""} ${url} ${headers["authorization"] ?? "-"}`);
      const got = answer(url, init);
      return got instanceof Error ? Promise.reject(got) : Promise.resolve(got);
    });
    return { calls };
  }

  it("refresh once for many that met an expired token, then carry the new one", async () => {
    let fresh = false;
    const { calls } = stub((url, init) => {
      if (url.endsWith("/auth/refresh")) {
        fresh = true;
        return json(200, signedIn("new"));
      }
      const bearer = (init.headers as Record<string, string>)["authorization"];
      return bearer === "Bearer new" && fresh ? json(200, 1) : json(401, { code: "token_expired", message: "m", request_id: "r" });
    });
    const http = createHttp(() => undefined, attempt());
    http.signedIn(signedIn("old") as never);
    const read = () => http.request({ method: "GET", path: "/me", body: null, idempotencyKey: null });
    const answers = await Promise.all([read(), read(), read()]);
    expect(answers.map((each) => each.status)).toEqual([200, 200, 200]);
    expect(calls.filter((each) => each.includes("/auth/refresh"))).toHaveLength(1);
  });

  it("sign out when the refresh is refused, and not when the server is away", async () => {
    let ended = 0;
    const refusals = [new Error("down"), json(401, { code: "token_reused", message: "m", request_id: "r" })];
    stub(() => refusals.shift() ?? json(500, null));
    const http = createHttp(() => { ended += 1; }, attempt());
    http.signedIn(signedIn("old") as never);
    await expect(http.restore()).rejects.toThrow("down");
    expect(ended).toBe(0);
    expect(await http.restore()).toBeNull();
    expect([ended, await http.token()]).toEqual([1, null]);
  });

  it("repeat a refresh whose answer was lost as the same attempt, also after a reload", async () => {
    const storage = testStorage();
    const sent: unknown[] = [];
    const answers = [new Error("lost"), json(502, null), json(200, signedIn("new")), json(200, signedIn("newer"))];
    stub((_, init) => {
      sent.push((JSON.parse(init.body as string) as { attempt: unknown }).attempt);
      return answers.shift() ?? json(500, null);
    });
    const http = createHttp(() => undefined, attempt(storage));
    await expect(http.restore()).rejects.toThrow("lost");
    await expect(http.restore()).rejects.toThrow("502");
    const reloaded = createHttp(() => undefined, attempt(storage));
    await reloaded.restore();
    await reloaded.restore();
    expect(sent[0]).toMatch(/^[0-9a-f]{32}$/);
    expect([sent[1], sent[2]]).toEqual([sent[0], sent[0]]);
    expect(sent[3]).not.toBe(sent[0]);
    expect(storage.length).toBe(0);
  });

  it("made by one person never go out with the token of the next", async () => {
    let release: (response: Response) => void = () => undefined;
    const { calls } = stub(() => json(200, signedIn("two")));
    const slow = new Promise<Response>((done) => { release = done; });
    const direct = fetch;
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => (url.endsWith("/me") ? slow : direct(url, init)));
    const http = createHttp(() => undefined, attempt());
    http.signedIn(signedIn("one") as never);
    const asked = http.request({ method: "GET", path: "/me", body: null, idempotencyKey: null });
    await http.signOut();
    http.signedIn(signedIn("two") as never);
    release(json(401, { code: "token_expired", message: "m", request_id: "r" }));
    await expect(asked).rejects.toThrow("somebody else");
    expect(calls.filter((each) => each.includes("/me"))).toEqual([]);
  });

  it("another tab's sign-in ends this one's session", async () => {
    let ended = 0;
    stub(() => json(200, { ...signedIn("other"), me: { user: { id: "u2", name: "G" } } }));
    const http = createHttp(() => { ended += 1; }, attempt());
    http.signedIn({ ...signedIn("mine"), me: { user: { id: "u1", name: "F" } } } as never);
    expect([await http.restore(), ended, await http.token()]).toEqual([null, 1, null]);
  });

  it("carry the idempotency key", async () => {
    const seen: (string | undefined)[] = [];
    stub((_, init) => {
      seen.push((init.headers as Record<string, string>)["idempotency-key"]);
      return new Response("", { status: 200 });
    });
    await createHttp(() => undefined, attempt()).request({ method: "POST", path: "/setup", body: {}, idempotencyKey: "k" });
    expect(seen).toEqual(["k"]);
  });
});

class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 1;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly url: URL) {
    FakeSocket.made.push(this);
  }
  send(text: string): void { this.sent.push(JSON.parse(text)); }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  hear(message: unknown): void { this.onmessage?.({ data: JSON.stringify(message) }); }
}

describe("the live connection of the browser", () => {
  beforeEach(() => {
    FakeSocket.made = [];
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function connect() {
    const log: string[] = [];
    const { close: stop } = openLive({
      token: () => Promise.resolve("t"), phone: true, probe: () => ({ mediaSessionId: "m1", audioRunning: true }), onMessage: (message) => { log.push(message.type); },
      onResync: () => { log.push("resync"); }, onConnection: (connection) => { log.push(connection.kind); },
    });
    await settle();
    const socket = FakeSocket.made[0];
    if (!socket) throw new Error("no socket");
    socket.onopen?.();
    return { log, stop, socket };
  }
  const welcome = (resumed: boolean, seq = 7) => ({ type: "welcome", epoch: "e", seq, resumed, server_time_ms: 0 });

  it("says hello, and answers a probe with the state of the sound", async () => {
    const { socket, stop } = await connect();
    expect(socket.sent[0]).toEqual({ type: "hello", access_token: "t", epoch: null, after_seq: null, phone: true });
    socket.hear({ type: "probe", nonce: 9 });
    expect(socket.sent[1]).toEqual({ type: "probe_reply", nonce: 9, media_session_id: "m1", audio_running: true });
    stop();
  });

  it("comes back after a loss and resumes after the last number it saw", async () => {
    const { socket, log, stop } = await connect();
    socket.hear(welcome(false));
    socket.hear({ type: "event", seq: 8, at_ms: 0, event: { kind: "tasks" } });
    socket.close();
    expect(log.at(-1)).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(600);
    const again = FakeSocket.made[1];
    again?.onopen?.();
    expect(again?.sent[0]).toMatchObject({ epoch: "e", after_seq: 8 });
    again?.hear(welcome(true, 8));
    expect(log.filter((each) => each === "resync")).toHaveLength(0);
    again?.close();
    await vi.advanceTimersByTimeAsync(600);
    FakeSocket.made[2]?.hear(welcome(false, 3));
    expect(log.filter((each) => each === "resync")).toHaveLength(1);
    stop();
  });

  it("gives a silent connection up", async () => {
    const { socket, stop, log } = await connect();
    socket.hear(welcome(false));
    await vi.advanceTimersByTimeAsync(40_000);
    expect([socket.readyState, log.includes("reconnecting")]).toEqual([3, true]);
    stop();
  });

  it("waits longer after each failure, up to a bound, spread by chance", () => {
    expect([backOff(0, 1), backOff(3, 1), backOff(20, 1), backOff(20, 0)]).toEqual([500, 4000, 15_000, 7500]);
  });
});

describe("sound", () => {
  it("a full sine is -3 dBFS and nothing is -100", () => {
    const sine = Float32Array.from({ length: 480 }, (_, i) => Math.sin((2 * Math.PI * i) / 48));
    expect(dbfs(sine)).toBeCloseTo(-3.01, 1);
    expect(dbfs(new Float32Array(480))).toBe(-100);
  });

  it("the ring is a WAV of one second tone and two seconds rest", () => {
    const view = new DataView(ringWav());
    const peak = (from: number, to: number) => {
      let most = 0;
      for (let i = from; i < to; i += 1) most = Math.max(most, Math.abs(view.getInt16(44 + i * 2, true)));
      return most;
    };
    expect(String.fromCharCode(view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3))).toBe("RIFF");
    expect(view.byteLength).toBe(44 + 16_000 * 3 * 2);
    expect(peak(0, 16_000)).toBeGreaterThan(5000);
    expect(peak(16_000, 48_000)).toBe(0);
  });
});
