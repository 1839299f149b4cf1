import { describe, expect, it } from "vitest";
import { ApiFailure } from "@/api/failure";
import type { Import, ImportPart } from "@/api/generated/wire";
import { createUpload, PART_BYTES } from "./upload";

const begun = (bytes: number, received = 0): Import => ({
  id: "i1", file_name: "fair.csv", source: null, state: "uploading", bytes, received, plan: null,
  counts: { rows: 0, new: 0, updated: 0, known: 0, twice: 0, listed: 0, invalid: 0, doubtful: 0 },
  progress: null, failure: null, made_by: null, created_at_ms: 0, begun_at_ms: null, finished_at_ms: null, undo_until_ms: null,
});

/** A server that keeps what it gets, and answers as `answers` says: `lost` keeps the part and says nothing. */
function server(answers: ("ok" | "lost" | "away" | "refused")[]) {
  let kept = "";
  let bytes = 0;
  const sent: ImportPart[] = [];
  const now = (): Import => ({ ...begun(bytes, kept.length), state: kept.length === bytes ? "ready" : "uploading" });
  return {
    sent, kept: () => kept,
    api: {
      beginImport: (body: { bytes: number }) => { bytes = body.bytes; return Promise.resolve(now()); },
      import: () => Promise.resolve(now()),
      addImportPart: (_: string, part: ImportPart) => {
        sent.push(part);
        const how = answers.shift() ?? "ok";
        if (how === "away") return Promise.reject(ApiFailure.noAnswer("cut"));
        if (how === "refused") return Promise.reject(new ApiFailure({ code: "too_large", message: "m", request_id: "" }, 413));
        if (part.offset !== kept.length) return Promise.reject(new ApiFailure({ code: "conflict", message: "m", request_id: "" }, 409));
        kept += atob(part.data);
        return how === "lost" ? Promise.reject(ApiFailure.noAnswer("cut")) : Promise.resolve(now());
      },
    },
  };
}

const file = (text: string): File => new File([text], "fair.csv");
const text = "x".repeat(PART_BYTES) + "y".repeat(PART_BYTES) + "end";

describe("an upload", () => {
  it("sends every byte once, in parts", async () => {
    const { api, sent, kept } = server([]);
    expect(await createUpload(api).send(file(text), null, null)).toBe("i1");
    expect(sent.length).toBe(3);
    expect(kept()).toBe(text);
  });

  it("goes on by itself after the connection was away, and after an answer was lost", async () => {
    const { api, kept } = server(["ok", "away", "away", "lost", "ok"]);
    const waits: number[] = [];
    const upload = createUpload(api, (ms) => { waits.push(ms); return Promise.resolve(); });
    expect(await upload.send(file(text), null, null)).toBe("i1");
    expect(kept()).toBe(text);
    expect(waits).toEqual([500, 1000, 2000]);
    expect(upload.store.get().kind).toBe("idle");
  });

  it("goes on with a file of which a part is there already", async () => {
    const { api, sent, kept } = server([]);
    const first = createUpload(api);
    await api.beginImport({ bytes: text.length });
    await api.addImportPart("i1", { offset: 0, data: btoa(text.slice(0, 10)) });
    expect(await first.send(file(text), null, begun(text.length, 10))).toBe("i1");
    expect(sent[1]?.offset).toBe(10);
    expect(kept()).toBe(text);
  });

  it("says what the server refused", async () => {
    const { api } = server(["refused"]);
    const upload = createUpload(api);
    expect(await upload.send(file(text), null, null)).toBeNull();
    const state = upload.store.get();
    expect(state.kind === "failed" && state.failure.code).toBe("too_large");
  });
});
