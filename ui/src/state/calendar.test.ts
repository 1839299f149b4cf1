import { describe, expect, it } from "vitest";
import { addDays, addMonths, byDay, dayAfterKey, daysOf, mondayOf, rangeOf, startOf, stepped } from "./calendar";

const at = (text: string): number => Date.parse(text);
const hours = (range: { fromMs: number; beforeMs: number }): number => (range.beforeMs - range.fromMs) / 3_600_000;

describe("days", () => {
  it("follow each other over months and years", () => {
    expect([addDays("2026-12-31", 1), addMonths("2027-01-31", 1), addMonths("2026-11-20", -11), mondayOf("2026-11-22")]).toEqual(["2027-01-01", "2027-02-28", "2025-12-20", "2026-11-16"]);
  });

  it("of a month are whole weeks, and all of it", () => {
    const days = daysOf("month", "2026-11-20");
    expect([days.length, days[0], days.at(-1)]).toEqual([42, "2026-10-26", "2026-12-06"]);
    expect(daysOf("week", "2026-11-20")).toHaveLength(7);
    expect(daysOf("day", "2026-11-20")).toEqual(["2026-11-20"]);
  });
});

describe("clock changes", () => {
  it("make a day of 23 or 25 hours", () => {
    expect(hours(rangeOf(["2027-03-14"], "America/New_York"))).toBe(23);
    expect(hours(rangeOf(["2026-11-01"], "America/New_York"))).toBe(25);
    expect(hours(rangeOf(daysOf("week", "2026-10-25"), "Europe/London"))).toBe(169);
    expect(hours(rangeOf(["2026-11-20"], "Asia/Kolkata"))).toBe(24);
  });

  it("that leave midnight out begin the day with its first hour", () => {
    // Cairo, 2026-04-24: 00:00 becomes 01:00.
    expect(startOf("2026-04-24", "Africa/Cairo")).toBe(at("2026-04-23T22:00:00Z"));
  });

  it("leave each item on its own day", () => {
    const items = [{ dueMs: at("2026-11-01T03:59:00Z") }, { dueMs: at("2026-11-02T04:59:00Z") }, { dueMs: at("2026-11-02T05:00:00Z") }, { dueMs: null }];
    const days = daysOf("week", "2026-11-01").concat("2026-11-02");
    const found = byDay(items, days, "America/New_York");
    expect([found.get("2026-10-31")?.length, found.get("2026-11-01")?.length, found.get("2026-11-02")?.length]).toEqual([1, 1, 1]);
  });
});

describe("keys", () => {
  it("walk by days, weeks and months", () => {
    const moved = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End", "x"].map((key) => dayAfterKey(key, "2026-11-20"));
    expect(moved).toEqual(["2026-11-21", "2026-11-19", "2026-11-27", "2026-11-13", "2026-12-20", "2026-10-20", "2026-11-16", "2026-11-22", null]);
    expect([stepped("day", "2026-11-20", 1), stepped("week", "2026-11-20", -1), stepped("month", "2026-11-20", 1)]).toEqual(["2026-11-21", "2026-11-13", "2026-12-20"]);
  });
});
