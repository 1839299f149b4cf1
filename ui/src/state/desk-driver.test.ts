import { describe, expect, it } from "vitest";
import { createApi } from "@/api/client";
import { createKept } from "@/lib/kept";
import { createStore } from "@/lib/store";
import { NoAnswer } from "@/platform/types";
import type { Answer, OutboxEntry, Request } from "@/platform/types";
import { agent, call, live, offer } from "@/testing/make";
import { settle, testClock } from "@/testing/clock";
import { testStorage } from "@/testing/storage";
import { createDesk } from "./desk-driver";

const error = (status: number, code: string): Answer => ({ status, body: { code, message: "m", request_id: "r" } });

function setUp(answer: (request: Request) => Answer | Error = () => ({ status: 200, body: null })) {
  const requests: Request[] = [];
  const kept: OutboxEntry[] = [];
  const failures: unknown[] = [];
  const saved: string[] = [];
  const clock = testClock();
  const storage = testStorage();
  const liveStore = createStore(live({ me: agent({ kind: "on_call", call_id: "c1" }), calls: { c1: call() } }));
  let ids = 0;
  const platform = {
    request: (request: Request) => {
      requests.push(request);
      const got = answer(request);
      return got instanceof Error ? Promise.reject(got) : Promise.resolve(got);
    },
    outboxPut: (entry: OutboxEntry) => {
      kept.push(entry);
      return Promise.resolve();
    },
    mediaSession: () => Promise.resolve("media-1"),
  };
  const make = () => createDesk({
    api: createApi(platform), platform, clock, kept: createKept(storage), live: liveStore, onFailure: (cause) => { failures.push(cause); }, onSaved: (id) => { saved.push(id); }, onLeadSaved: (id) => { saved.push(id); },
    newId: () => { ids += 1; return `id-${ids}`; },
  });
  const desk = make();
  const stop = desk.start("u1");
  return { desk, stop, make, saved, requests, kept, failures, clock, storage, liveStore, paths: () => requests.map((each) => `${each.method} ${each.path}`) };
}

describe("answering", () => {
  it("sends the fence of the offer and the device that shall carry the sound", async () => {
    const { desk, liveStore, requests } = setUp();
    liveStore.set(live({ offer: offer() }));
    await desk.answer();
    expect(requests.at(-1)).toMatchObject({ path: "/calls/c1/answer", body: { fence: 3, media_session_id: "media-1" } });
  });

  it("says so when the call was taken, and rings no longer as answered", async () => {
    const { desk, liveStore, failures } = setUp(() => error(409, "offer_taken"));
    liveStore.set(live({ offer: offer() }));
    await desk.answer();
    expect(desk.store.get().answering).toBeNull();
    expect(failures).toHaveLength(1);
  });
});

describe("going available", () => {
  it("needs a device first; a break does not", async () => {
    const { desk, paths, requests } = setUp();
    await desk.askState({ kind: "available" });
    expect(requests.at(-1)).toMatchObject({ method: "PUT", path: "/agents/me/state", body: { kind: "available" } });
    await desk.askState({ kind: "break", reason: "tea" });
    expect(paths()).toEqual(["PUT /agents/me/state", "PUT /agents/me/state"]);
  });
});

describe("hold", () => {
  it("shows at once and takes it back when refused", async () => {
    const { desk, failures } = setUp(() => error(409, "wrong_call_state"));
    const asked = desk.toggleHold();
    expect(desk.store.get().askedHold).toBe(true);
    await asked;
    expect([desk.store.get().askedHold, failures.length]).toEqual([null, 1]);
  });
});

describe("notes and fields", () => {
  it("are sent as typed, with rising revisions", async () => {
    const { desk, clock, requests } = setUp();
    desk.change("c1", { notes: "wants" });
    desk.change("c1", { notes: "wants parking" });
    await clock.pass(700);
    expect(requests.map((each) => each.body)).toEqual([{ text: "wants parking", revision: 2 }]);
  });

  it("go to the outbox with their own id when the server is away", async () => {
    const { desk, clock, kept } = setUp(() => new NoAnswer("down"));
    desk.change("c1", { notes: "wants parking" });
    await clock.pass(700);
    expect(kept).toEqual([{ id: "id-1", userId: "u1", method: "PUT", path: "/calls/c1/notes", body: { text: "wants parking", revision: 1 }, madeAtMs: clock.now() - 100 }]);
    expect(desk.notes.store.get()["c1"]?.kind).toBe("kept");
  });

  it("a lead field is written to the lead under its own name", async () => {
    const { desk, clock, requests } = setUp();
    desk.typeField("c1", "l1", "budget", "60 lakh");
    desk.typeField("c1", "l1", "email", "a@b.example");
    await clock.pass(700);
    expect(requests.map((each) => [each.path, each.body])).toEqual([["/leads/l1", { fields: { budget: "60 lakh" } }], ["/leads/l1", { email: "a@b.example" }]]);
  });

  it("survive a restart of the window", () => {
    const { desk, make, liveStore } = setUp();
    desk.change("c1", { notes: "kept", code: "interested" });
    liveStore.set(live());
    const restarted = make();
    restarted.start("u1");
    const again = restarted.store.get();
    expect([again.drafts["c1"]?.notes, again.unfinished.map((each) => each.id)]).toEqual(["kept", ["c1"]]);
  });
});

describe("two windows", () => {
  it("do not overwrite each other's drafts", () => {
    const { desk, make, storage } = setUp();
    const other = make();
    other.start("u1");
    desk.change("c1", { notes: "from one" });
    other.change("c2", { notes: "from the other" });
    expect(Object.keys(JSON.parse(storage.getItem("switchboard.drafts.u1") ?? "{}") as object).sort()).toEqual(["c1", "c2"]);
  });
});

describe("one computer, two people", () => {
  it("the next sees nothing of the last, who finds everything again", () => {
    const { desk, stop, liveStore } = setUp();
    desk.change("c1", { notes: "A was told", code: "interested" });
    desk.typeField("c2", null, "budget", "60 lakh");
    expect(desk.store.get().current?.id).toBe("c1");
    liveStore.set(live({ me: null }));
    stop();
    expect([desk.store.get().current, desk.store.get().drafts]).toEqual([null, {}]);
    const stopB = desk.start("u2");
    expect([desk.store.get().current, desk.store.get().unfinished, desk.store.get().drafts]).toEqual([null, [], {}]);
    stopB();
    desk.start("u1");
    const again = desk.store.get();
    expect([again.drafts["c1"]?.notes, again.drafts["c2"]?.fields["budget"], again.unfinished.map((each) => each.id)])
      .toEqual(["A was told", "60 lakh", ["c1", "c2"]]);
  });

  it("what is still being typed is sent before leaving, and a server that hangs holds nobody up", async () => {
    const { desk, clock, paths } = setUp((request) => ({ status: request.path.includes("c9") ? 500 : 200, body: null }));
    desk.change("c1", { notes: "last words" });
    desk.typeField("c1", "l1", "budget", "60");
    await desk.flush();
    expect(paths()).toEqual(["PUT /calls/c1/notes", "PATCH /leads/l1"]);
    let left = false;
    const hanging = createDesk({
      api: createApi({ request: () => new Promise(() => undefined) }), kept: createKept(testStorage()), clock,
      platform: { outboxPut: () => Promise.resolve(), mediaSession: () => Promise.resolve(null) },
      live: createStore(live()), newId: () => "id", onFailure: () => undefined, onSaved: () => undefined, onLeadSaved: () => undefined,
    });
    hanging.start("u1");
    hanging.change("c1", { notes: "n" });
    void hanging.flush().then(() => { left = true; });
    await clock.pass(3000);
    expect(left).toBe(true);
  });

  it("what was typed when the session ended by itself waits in the outbox under its owner", () => {
    const { desk, stop, kept, clock, requests } = setUp();
    desk.change("c1", { notes: "last words" });
    desk.typeLead("l1", "budget", "60");
    stop();
    expect(kept).toEqual([
      { id: "id-1", userId: "u1", method: "PUT", path: "/calls/c1/notes", body: { text: "last words", revision: 1 }, madeAtMs: clock.now() },
      { id: "id-2", userId: "u1", method: "PATCH", path: "/leads/l1", body: { fields: { budget: "60" } }, madeAtMs: clock.now() },
    ]);
    expect([requests, desk.notes.store.get(), desk.fields.store.get()]).toEqual([[], {}, {}]);
  });

  it("an answer that comes after the next has signed in touches nothing of theirs", async () => {
    let release: (answer: Answer) => void = () => undefined;
    const { desk, stop, liveStore } = setUp();
    stop();
    liveStore.set(live());
    const slow = createDesk({
      api: createApi({ request: () => new Promise<Answer>((done) => { release = done; }) }), kept: createKept(testStorage()), clock: testClock(),
      platform: { outboxPut: () => Promise.resolve(), mediaSession: () => Promise.resolve(null) },
      live: liveStore, newId: () => "id", onFailure: () => undefined, onSaved: () => undefined, onLeadSaved: () => undefined,
    });
    const leave = slow.start("u1");
    const saving = slow.save("c1", null, "available");
    leave();
    slow.start("u2");
    release(error(422, "invalid_fields"));
    expect(await saving).toBe("refused");
    expect([slow.store.get().saving.kind, desk.store.get().done]).toEqual(["no", []]);
  });
});

describe("saving the outcome", () => {
  it("carries all that was put down, and clears the desk", async () => {
    const { desk, requests, storage, saved } = setUp();
    desk.change("c1", { notes: "n", code: "callback", callbackTime: "2026-11-25T11:30" });
    const result = await desk.save("c1", { local_time: "2026-11-25T11:30", zone: "Asia/Kolkata" }, "break");
    const sent = requests.find((each) => each.path === "/calls/c1/disposition");
    expect(sent).toMatchObject({ idempotencyKey: "id-1", body: { code: "callback", notes: "n", then: "break", callback: { zone: "Asia/Kolkata" }, made_at_ms: 1_000_000 } });
    expect([result, desk.store.get().current, storage.length, saved]).toEqual(["saved", null, 0, ["c1"]]);
  });

  it("without a server the same id waits in the outbox, so that it counts once", async () => {
    const { desk, requests, kept } = setUp(() => new NoAnswer("down"));
    desk.change("c1", { code: "interested" });
    expect(await desk.save("c1", null, "available")).toBe("kept");
    expect(kept.map((each) => each.id)).toEqual([requests[0]?.idempotencyKey]);
    expect(desk.store.get().current).toBeNull();
  });

  it("stays on the desk with everything typed when the server refuses", async () => {
    const { desk, kept } = setUp(() => error(422, "invalid_fields"));
    desk.change("c1", { code: "interested", notes: "n" });
    expect(await desk.save("c1", null, "available")).toBe("refused");
    await settle();
    expect([desk.store.get().saving.kind, desk.store.get().drafts["c1"]?.notes, kept.length]).toEqual(["refused", "n", 0]);
  });
});
