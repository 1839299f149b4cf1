import { describe, expect, it } from "vitest";
import { createTopic } from "@/platform/web/topic";
import type { OutboxState, RefusedEntry } from "@/platform/types";
import { settle } from "@/testing/clock";
import { aboutOf, createOutboxStore, typedIn } from "./outbox";

const refusal = (id: string): RefusedEntry => ({
  entry: { id, userId: "u1", method: "PUT", path: "/calls/c1/notes", body: { text: "wants parking", revision: 2 }, madeAtMs: 1 },
  status: 422, code: "invalid_fields", reason: "notes are too long",
});

function setUp(first: OutboxState = { waiting: 0, refused: [] }) {
  const topic = createTopic<OutboxState>();
  const said: string[] = [];
  const outbox = createOutboxStore({
    platform: {
      outboxState: () => Promise.resolve(first), onOutbox: topic.on,
      outboxAgain: () => Promise.resolve(), outboxDiscard: () => Promise.resolve(),
    },
    onRefused: (each) => { said.push(each.entry.id); }, onFailure: () => undefined, onAllSent: () => { said.push("all sent"); },
  });
  const stop = outbox.start();
  return { outbox, topic, said, stop };
}

describe("what the server would not have", () => {
  it("is said once when it comes, and stays on the list", () => {
    const { outbox, topic, said } = setUp();
    topic.send({ waiting: 1, refused: [refusal("a")] });
    topic.send({ waiting: 0, refused: [refusal("a"), refusal("b")] });
    expect([said, outbox.store.get().refused.length]).toEqual([["a", "all sent", "b"], 2]);
  });

  it("is said again after a start, and is gone with its owner", async () => {
    const { outbox, said, stop } = setUp({ waiting: 0, refused: [refusal("a")] });
    await settle();
    expect(said).toEqual(["a"]);
    stop();
    expect(outbox.store.get().refused).toEqual([]);
  });

  it("a change that came before the first reading is not undone by it", async () => {
    const { outbox, topic } = setUp({ waiting: 0, refused: [] });
    topic.send({ waiting: 2, refused: [] });
    await settle();
    expect(outbox.store.get().waiting).toBe(2);
  });

  it("is named by what it was about, with all that was typed", () => {
    expect([aboutOf("/calls/c1/disposition"), aboutOf("/calls/c1/notes"), aboutOf("/leads/l1"), aboutOf("/x")])
      .toEqual([{ kind: "outcome", callId: "c1" }, { kind: "notes", callId: "c1" }, { kind: "lead", leadId: "l1" }, null]);
    expect(typedIn({ code: "interested", notes: "n", fields: { budget: "60" }, made_at_ms: 1, then: "break", sub_code: null }))
      .toEqual([{ key: "code", text: "interested" }, { key: "notes", text: "n" }, { key: "budget", text: "60" }]);
    expect(typedIn({ callback: { local_time: "2026-11-25T11:30", zone: "Asia/Kolkata" } })).toEqual([{ key: "callback", text: "2026-11-25 11:30, Asia/Kolkata" }]);
    expect(typedIn({ text: "wants parking", revision: 2 })).toEqual([{ key: "notes", text: "wants parking" }]);
  });
});
