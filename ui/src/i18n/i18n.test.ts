import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ApiFailure } from "@/api/failure";
import type { FailureCode } from "@/api/failure";
import { catalogues, hasKey, translator } from ".";
import { en } from "./en";
import { failureText } from "./failure-text";
import { fill } from "./format";

const generated = readFileSync("src/api/generated/wire.ts", "utf8");

/** The members of a union of texts in the generated types. */
function members(name: string): string[] {
  const line = new RegExp(`export type ${name} = ([^;]+);`).exec(generated)?.[1] ?? "";
  return [...line.matchAll(/"([a-z_]+)"/g)].map((match) => match[1] ?? "");
}

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? "").sort();

describe("catalogues", () => {
  it("have the same keys, none empty", () => {
    expect(Object.keys(catalogues.hi).sort()).toEqual(Object.keys(en).sort());
    expect(Object.entries(catalogues.hi).filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("fill the same values in every language", () => {
    const different = Object.entries(en)
      .filter(([key, text]) => hasKey(key) && holes(text).join() !== holes(catalogues.hi[key]).join()).map(([key]) => key);
    expect(different).toEqual([]);
  });

  it("are really translated: texts of more than one word differ", () => {
    const names = new Set(["look.who", "learned.trend", "monitor.ms", "learned.by", "carrier.account", "carrier.token", "ui.kept_secret", "lead.by", "device.db", "settings.sip", "exotel_applet.voicebot"]);
    const same = Object.entries(en).filter(([key, text]) => hasKey(key) && text === catalogues.hi[key] && !names.has(key)).map(([key]) => key);
    expect(same).toEqual([]);
  });
});

describe("codes of the server", () => {
  it("each error has what is so and what to do", () => {
    const codes = members("ErrorCode");
    expect(codes.length).toBeGreaterThan(20);
    for (const code of [...codes, "no_answer"]) {
      const failure = new ApiFailure({ code: code as FailureCode, message: "m", request_id: "r" }, 400);
      const { title, text } = failureText(failure, translator("en"));
      expect(title, code).toMatch(/\.$/);
      expect(text, code).not.toBe("");
    }
  });

  it.each([["Role", "role"], ["CallStatus", "call_status"], ["Heat", "heat"], ["CampaignState", "campaign_state"], ["RoutingStrategy", "strategy"], ["JobStatus", "job_status"]])(
    "each %s has a word", (type, group) => {
      const codes = members(type);
      expect(codes.length).toBeGreaterThan(1);
      expect(codes.filter((code) => !hasKey(`${group}.${code}`))).toEqual([]);
    },
  );

  it("names the fields that the server found wrong", () => {
    const failure = new ApiFailure({ code: "invalid_fields", message: "m", request_id: "r", fields: [{ field: "ring_s", problem: "expected 5 to 60" }, { field: "callback.local_time", problem: "that moment has passed" }] }, 422);
    expect(failureText(failure, translator("en")).text).toBe("Ring time: from 5 to 60 · Time to call back: That is over already. Choose a later time.");
    expect(failureText(failure, translator("hi")).text).not.toMatch(/expected|moment/);
  });

  it("says who took a call", () => {
    const failure = new ApiFailure({ code: "offer_taken", message: "m", request_id: "r", details: { taken_by: "Mira" } }, 409);
    expect(failureText(failure, translator("en")).title).toBe("Mira took the call");
  });
});

describe("filling a text", () => {
  it("puts values in and leaves unknown names", () => {
    expect(fill("{a} of {b}", { a: 1 }, "en")).toBe("1 of {b}");
  });

  it("chooses the form by the number", () => {
    expect([1, 2].map((n) => fill("{n:# call has:# calls have} it", { n }, "en"))).toEqual(["1 call has it", "2 calls have it"]);
  });
});
