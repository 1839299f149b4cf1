import type { Api } from "@/api/client";
import { asFailure, isTransient } from "@/api/failure";
import type { ApiFailure } from "@/api/failure";
import type { Import, ImportId } from "@/api/generated/wire";
import { base64 } from "@/lib/base64";
import { createStore } from "@/lib/store";
import type { Store } from "@/lib/store";

/** What an upload is doing. `waiting`: the connection is away, and it goes on by itself. */
export type UploadState =
  | { kind: "idle" }
  | { kind: "sending" | "waiting"; id: ImportId; sent: number; total: number }
  | { kind: "failed"; id: ImportId | null; failure: ApiFailure };

export interface Upload {
  store: Store<UploadState>;
  /** Sends the file; the import's id once the server has it. It goes on where the server says. */
  send(file: Blob & { name: string }, source: string | null, resume: Import | null): Promise<ImportId | null>;
}

type UploadApi = Pick<Api, "beginImport" | "addImportPart" | "import">;

/** A part is sent as text, a third longer than it is; the server takes up to 1 MiB. */
export const PART_BYTES = 512 * 1024;
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];

/** Sends a file part by part. A part that got no answer is asked after, and sent again when the server has not got it. */
export function createUpload(api: UploadApi, sleep: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms))): Upload {
  const store = createStore<UploadState>({ kind: "idle" });

  async function patient<T>(id: ImportId, total: number, sent: number, act: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await act();
      } catch (cause) {
        if (!isTransient(asFailure(cause))) throw cause;
        store.set({ kind: "waiting", id, sent, total });
        await sleep(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 15_000);
      }
    }
  }

  async function parts(file: Blob, begun: Import): Promise<void> {
    const { id } = begun;
    let at = begun.received;
    while (at < file.size) {
      store.set({ kind: "sending", id, sent: at, total: file.size });
      const part = file.slice(at, at + PART_BYTES);
      const data = await base64(part);
      const offset = at;
      const now = await patient(id, file.size, at, async () => {
        try {
          return await api.addImportPart(id, { offset, data });
        } catch (cause) {
          // The answer to this part was lost, or another window sends too: the server says where it stands.
          if (asFailure(cause).code !== "conflict") throw cause;
          return api.import(id);
        }
      });
      if (now.state !== "uploading" && now.received < file.size) throw new Error("the import was ended elsewhere");
      at = now.received;
    }
  }

  return {
    store,
    send: async (file, source, resume) => {
      let id: ImportId | null = resume?.id ?? null;
      try {
        const begun = resume ?? await api.beginImport({ file_name: file.name, bytes: file.size, source });
        id = begun.id;
        await parts(file, begun);
        store.set({ kind: "idle" });
        return id;
      } catch (cause) {
        store.set({ kind: "failed", id, failure: asFailure(cause) });
        return null;
      }
    },
  };
}
