import { describe, expect, it } from "vitest";
import { settle, testClock } from "@/testing/clock";
import { createAutosave } from "./autosave";
import type { Stored } from "./autosave";

function setUp(answer: (value: string) => Promise<Stored> = () => Promise.resolve("saved")) {
  const clock = testClock();
  const sent: string[] = [];
  const autosave = createAutosave<string>({
    clock, pauseMs: 600,
    send: (key, value) => {
      sent.push(`${key}=${value}`);
      return answer(value);
    },
  });
  return { clock, sent, autosave, state: (key: string) => autosave.store.get()[key]?.kind };
}

describe("saving as typed", () => {
  it("waits for a pause and sends the newest value once", async () => {
    const { clock, sent, autosave, state } = setUp();
    autosave.put("n", "a");
    await clock.pass(400);
    autosave.put("n", "ab");
    await clock.pass(400);
    expect([sent, state("n")]).toEqual([[], "typing"]);
    await clock.pass(300);
    expect([sent, state("n")]).toEqual([["n=ab"], "saved"]);
  });

  it("never has two sendings of one key under way, and ends with the newest", async () => {
    let release: (stored: Stored) => void = () => undefined;
    const { clock, sent, autosave } = setUp(() => new Promise((done) => { release = done; }));
    autosave.put("n", "1");
    await clock.pass(600);
    autosave.put("n", "2");
    await clock.pass(600);
    expect(sent).toEqual(["n=1"]);
    release("saved");
    await settle();
    expect(sent).toEqual(["n=1", "n=2"]);
  });

  it("keys do not wait for each other", async () => {
    const { clock, sent, autosave } = setUp((value) => (value === "slow" ? new Promise(() => undefined) : Promise.resolve("saved")));
    autosave.put("a", "slow");
    autosave.put("b", "quick");
    await clock.pass(600);
    expect(sent).toEqual(["a=slow", "b=quick"]);
  });

  it("says when a value is kept for later, and when it was refused", async () => {
    const { clock, autosave, state } = setUp((value) => (value === "bad" ? Promise.reject(new Error("no")) : Promise.resolve("kept")));
    autosave.put("a", "x");
    autosave.put("b", "bad");
    await clock.pass(600);
    expect([state("a"), state("b")]).toEqual(["kept", "refused"]);
  });

  it("keeps at hand what the server does not have, until it has it", async () => {
    const answers: Stored[] = ["kept", "saved"];
    const { clock, autosave, state } = setUp((value) => (value === "bad" ? Promise.reject(new Error("no")) : Promise.resolve(answers.shift() ?? "saved")));
    autosave.put("a", "x");
    expect([autosave.isOpen(), autosave.unsaved("a")]).toEqual([true, "x"]);
    await clock.pass(600);
    expect([autosave.isOpen(), autosave.unsaved("a"), state("a")]).toEqual([false, "x", "kept"]);
    autosave.allSent();
    expect([autosave.unsaved("a"), state("a")]).toEqual([undefined, "saved"]);
    autosave.put("a", "bad");
    await clock.pass(600);
    expect([autosave.unsaved("a"), state("a")]).toEqual(["bad", "refused"]);
    autosave.put("a", "y");
    await clock.pass(600);
    expect([autosave.unsaved("a"), state("a")]).toEqual([undefined, "saved"]);
  });

  it("flush sends at once what waits", async () => {
    const { sent, autosave } = setUp();
    autosave.put("a", "x");
    await autosave.flush();
    expect(sent).toEqual(["a=x"]);
  });
});
