import { afterEach, describe, expect, it, vi } from "vitest";
import { copyLater } from "./clipboard";

afterEach(() => { vi.unstubAllGlobals(); });

describe("copying what is not there yet", () => {
  it("is asked of the clipboard at once, before the text is there", async () => {
    const write = vi.fn((items: { data: Record<string, Promise<Blob>> }[]) => Promise.all(items.map((item) => item.data["text/plain"])).then(() => undefined));
    vi.stubGlobal("ClipboardItem", class { constructor(readonly data: Record<string, Promise<Blob>>) {} });
    vi.stubGlobal("navigator", { clipboard: { write } });
    let come: (text: string) => void = () => undefined;
    const copied = copyLater(new Promise((resolve) => { come = resolve; }));
    expect(write).toHaveBeenCalledOnce();
    come("https://example.com/x");
    await expect(copied).resolves.toBe("https://example.com/x");
    const blob = await write.mock.calls[0]?.[0][0]?.data["text/plain"];
    expect([blob?.type, blob?.size]).toEqual(["text/plain", 21]);
  });

  it("says why there is no text", async () => {
    vi.stubGlobal("ClipboardItem", class { constructor(readonly data: Record<string, Promise<Blob>>) {} });
    vi.stubGlobal("navigator", { clipboard: { write: (items: { data: Record<string, Promise<Blob>> }[]) => items[0]?.data["text/plain"]?.catch(() => { throw new Error("not allowed"); }) } });
    await expect(copyLater(Promise.reject(new Error("nobody answers")))).rejects.toThrow("nobody answers");
  });
});
