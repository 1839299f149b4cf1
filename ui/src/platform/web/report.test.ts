import { describe, expect, it } from "vitest";
import { countsOf, reportOf } from "./report";

const counts = { packets: 1000, lost: 10, samples: 480_000, concealed: 960, jitter: 0.004, waited: 100, emitted: 480_000 };

describe("the report of the browser's sound", () => {
  it("is about the second between two looks", () => {
    const now = { ...counts, packets: 1045, lost: 15, samples: 528_000, concealed: 3360, waited: 101.44, emitted: 528_000 };
    const report = reportOf(counts, now, { mic: -28, speaker: -100 }, false);
    expect(report).toMatchObject({ packets: 45, loss: 0.1, mic_dbfs: -28, speaker_dbfs: -96, muted: false });
    expect(report.concealed).toBeCloseTo(0.05);
    expect(report.buffer_ms).toBeCloseTo(0.03);
    expect(report.jitter_ms).toBeCloseTo(4);
  });

  it("holds no figure outside what can be true after the counts began anew", () => {
    const report = reportOf(counts, { ...counts, packets: 3, lost: 0, samples: 100, concealed: 0, emitted: 5, waited: 0 }, { mic: 0, speaker: 0 }, true);
    expect(Object.values(report).every((each) => typeof each !== "number" || Number.isFinite(each))).toBe(true);
    expect([report.packets, report.loss, report.concealed, report.buffer_ms]).toEqual([0, 0, 0, 0]);
  });

  it("reads what the browser counts and nothing before something came", () => {
    expect(countsOf([{ type: "outbound-rtp", kind: "audio" }])).toBeNull();
    expect(countsOf([{ type: "inbound-rtp", kind: "audio", packetsReceived: 7, jitter: "x" }])).toMatchObject({ packets: 7, jitter: 0, lost: 0 });
  });
});
