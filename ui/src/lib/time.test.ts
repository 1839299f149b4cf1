import { describe, expect, it } from "vitest";
import { clock, fromLocalInput, minuteOfDay, nextHalfHour, parseMinuteOfDay, sameHour, span, timer, toLocalInput } from "./time";

describe("spans", () => {
  it("show minutes and seconds, hours when there are any", () => {
    expect([span(0), span(192_000), span(3_723_000), span(-5)]).toEqual(["0:00", "3:12", "1:02:03", "0:00"]);
    expect([timer(7000), timer(3_723_000), timer(720_000)]).toEqual(["00:07", "1:02:03", "12:00"]);
  });
});

describe("the customer's clock", () => {
  const noonInKolkata = Date.parse("2026-11-20T06:30:00Z");

  it("is shown in their zone", () => {
    expect(clock(noonInKolkata, "Asia/Kolkata")).toBe("12:00");
    expect(toLocalInput(noonInKolkata, "Asia/Kolkata")).toBe("2026-11-20T12:00");
    expect(sameHour(noonInKolkata, "Asia/Kolkata", "Asia/Colombo")).toBe(true);
    expect(sameHour(noonInKolkata, "Asia/Kolkata", "Asia/Dubai")).toBe(false);
  });

  it("is written year first also where the engine's data have dates the American way, as those of WebKitGTK do", () => {
    const own = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, "format");
    if (!own?.get) throw new Error("no formatting to replace");
    const read = own.get;
    Object.defineProperty(Intl.DateTimeFormat.prototype, "format", {
      ...own,
      get(this: Intl.DateTimeFormat): unknown { return this.resolvedOptions().year === undefined ? read.call(this) : () => "11/20/2026"; },
    });
    try {
      expect(toLocalInput(noonInKolkata, "Asia/Kolkata")).toBe("2026-11-20T12:00");
      expect(fromLocalInput("2026-11-20T12:00", "Asia/Kolkata")).toBe(noonInKolkata);
    } finally {
      Object.defineProperty(Intl.DateTimeFormat.prototype, "format", own);
    }
  });

  it("gives the instant of a typed hour", () => {
    expect(fromLocalInput("2026-11-20T12:00", "Asia/Kolkata")).toBe(noonInKolkata);
    expect(fromLocalInput("2026-07-01T09:15", "America/New_York")).toBe(Date.parse("2026-07-01T13:15:00Z"));
  });

  it("has no instant for an hour that the clocks leave out", () => {
    expect(fromLocalInput("2026-03-08T02:30", "America/New_York")).toBeNull();
  });

  it("takes the first of two equal hours when clocks go back", () => {
    expect(fromLocalInput("2026-11-01T01:30", "America/New_York")).toBe(Date.parse("2026-11-01T05:30:00Z"));
  });

  it("has no instant for what is not a time", () => {
    expect(fromLocalInput("soon", "Asia/Kolkata")).toBeNull();
  });
});

describe("minutes of the day", () => {
  it("go to text and back", () => {
    expect(minuteOfDay(615)).toBe("10:15");
    expect([parseMinuteOfDay("10:15"), parseMinuteOfDay("24:00"), parseMinuteOfDay("24:01"), parseMinuteOfDay("9:75"), parseMinuteOfDay("x")])
      .toEqual([615, 1440, null, null, null]);
  });
});

it("the next half hour lies at least as far ahead as asked", () => {
  const now = Date.parse("2026-11-20T10:10:00Z");
  expect(nextHalfHour(now, 3_600_000)).toBe(Date.parse("2026-11-20T11:30:00Z"));
});
