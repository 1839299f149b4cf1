import { describe, expect, it } from "vitest";
import { testStorage } from "@/testing/storage";
import { createKept, isList, isRecord } from "./kept";
import type { KeptTrouble } from "./kept";

function setUp() {
  const storage = testStorage();
  const kept = createKept(storage);
  const troubles: KeptTrouble[] = [];
  return { storage, kept, troubles, listen: () => { kept.onTrouble((each) => { troubles.push(each); }); } };
}

describe("what is kept on this computer", () => {
  it("comes back as it was", () => {
    const { kept } = setUp();
    expect(kept.write("k", { a: 1 })).toBe(true);
    expect([kept.read("k", isRecord), kept.read("other", isRecord)]).toEqual([{ a: 1 }, null]);
  });

  it("is put aside when it is damaged, and said even to who listens later", () => {
    for (const damaged of ["{\"a\":", "", "[1]", "null"]) {
      const { storage, kept, troubles, listen } = setUp();
      storage.setItem("k", damaged);
      expect(kept.read("k", isRecord)).toBeNull();
      listen();
      expect([storage.getItem("k"), storage.getItem("k.damaged")]).toEqual([null, damaged]);
      expect(troubles).toEqual([{ kind: "damaged", key: "k", aside: "k.damaged" }]);
    }
  });

  it("a full store is said, and what was there stays", () => {
    const { storage, kept, troubles, listen } = setUp();
    listen();
    kept.write("k", [1]);
    storage.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
    expect(kept.write("k", [1, 2])).toBe(false);
    expect([kept.read("k", isList), troubles]).toEqual([[1], [{ kind: "not_written", key: "k" }]]);
  });

  it("a browser that forbids its store altogether is an empty one", () => {
    const { storage, kept } = setUp();
    storage.getItem = () => { throw new DOMException("no", "SecurityError"); };
    expect(kept.read("k", isRecord)).toBeNull();
  });
});
