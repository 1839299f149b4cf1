import { describe, expect, it } from "vitest";
import { translator } from "@/i18n";
import { call } from "@/testing/make";
import { signOf } from "./mini-window";

const t = translator("en");
const well = { muted: false, microphoneProblem: null, speakerProblem: null };

describe("the small window's one sign", () => {
  it("a microphone or speaker that is gone is said before a mute", () => {
    expect(signOf(call(), null, { ...well, muted: true, microphoneProblem: "gone" }, 0, t).text).toBe("The microphone was unplugged.");
    expect(signOf(call(), null, { ...well, speakerProblem: "none" }, 0, t).text).toBe("No speaker found.");
    expect(signOf(call(), null, { ...well, muted: true }, 0, t).text).toBe("You are muted");
  });
});
