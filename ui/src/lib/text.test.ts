import { expect, it } from "vitest";
import { moved } from "./list";
import { beyond, bytes, firstName, humanise, initials, languageName, percent, signed, splitList } from "./text";

it("initials are of the first and last name", () => {
  expect([initials("Asha Marigold"), initials("asha"), initials("  "), initials("Anil Kumar Rao")]).toEqual(["AM", "A", "?", "AR"]);
  expect(firstName("Asha Marigold")).toBe("Asha");
});

it("codes without a text become readable", () => {
  expect([humanise("preferred_location"), humanise("fields.budget")]).toEqual(["Preferred location", "Budget"]);
});

it("figures have a true minus and a no-break space before the unit", () => {
  expect([signed(0.44), signed(-0.5), signed(-0.01), percent(0.842), bytes(999), bytes(1_240_112)])
    .toEqual(["+0.4", "−0.5", "0.0", "84\u00a0%", "999\u00a0B", "1.2\u00a0MB"]);
});

it("a typed list may use commas and lines", () => {
  expect(splitList(" loans, new homes\n, ")).toEqual(["loans", "new homes"]);
});

it("an item is moved inside the list and not out of it", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, -2)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
});

it("a longer text gives what the shorter one did not say", () => {
  expect([beyond("A visit. Needs a loan.", "A visit."), beyond("A visit.", "A visit."), beyond("Other words.", "A visit.")])
    .toEqual(["Needs a loan.", "", "Other words."]);
});

it("languages have their name, by code or as the engine calls them", () => {
  expect([languageName("en", "en"), languageName("hi-IN", "en"), languageName("english", "en"), languageName("en", "hi")])
    .toEqual(["English", "Hindi (India)", "English", "अंग्रेज़ी"]);
});
