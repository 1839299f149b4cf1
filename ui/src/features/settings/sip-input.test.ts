import { describe, expect, it } from "vitest";
import { placeOf, withOne } from "./sip-input";

const all = [{ id: "a", n: 1 }, { id: "b", n: 2 }];

describe("one of a list", () => {
  it("is changed where it stands, added at the end, or removed", () => {
    expect(withOne(all, "a", { id: "a", n: 9 })).toEqual([{ id: "a", n: 9 }, { id: "b", n: 2 }]);
    expect(withOne<{ id: string | null; n: number }>(all, null, { id: null, n: 3 })).toEqual([...all, { id: null, n: 3 }]);
    expect(withOne(all, "b", null)).toEqual([{ id: "a", n: 1 }]);
  });

  it("is named by its place", () => {
    expect([placeOf(all, "b"), placeOf(all, null)]).toEqual([1, 2]);
  });
});
