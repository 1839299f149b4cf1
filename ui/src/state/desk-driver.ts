import type { Api } from "@/api/client";
import { asFailure, isTransient } from "@/api/failure";
import type {
  AfterWrapUp, AskedAgentState, CallId, CallbackAt, LeadId, SaveDisposition, SaveNotes, UpdateLead,
} from "@/api/generated/wire";
import type { Clock } from "@/lib/clock";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";
import type { Platform, Stop } from "@/platform/types";
import { createAutosave } from "./autosave";
import type { Autosave, Stored } from "./autosave";
import { deskStep, draftOf } from "./desk";
import type { Desk, DeskEvent, Draft, DraftChange } from "./desk";
import { loadDesk, saveDrafts } from "./desk-storage";
import type { Live } from "./live";

export type SaveResult = "saved" | "kept" | "refused";

export interface DeskDriver {
  store: Readable<Desk>;
  notes: Autosave<SaveNotes>;
  /** Lead fields by `<lead id>/<key>`. */
  fields: Autosave<string>;
  start(): Stop;
  /** Asks for another state; who goes available needs a device first. */
  askState(asked: AskedAgentState): Promise<void>;
  answer(): Promise<void>;
  decline(): Promise<void>;
  toggleHold(): Promise<void>;
  change(callId: CallId, change: DraftChange): void;
  typeField(callId: CallId, leadId: LeadId | null, key: string, text: string): void;
  save(callId: CallId, callback: CallbackAt | null, then: AfterWrapUp): Promise<SaveResult>;
  openUnfinished(callId: CallId): void;
}

interface Deps {
  api: Api;
  platform: Pick<Platform, "outboxPut" | "mediaSession">;
  clock: Clock;
  storage: Storage;
  live: Readable<Live>;
  newId(): string;
  onFailure(cause: unknown): void;
  /** The server has the outcome of this call: what was read about it before is old. */
  onSaved(callId: CallId): void;
}

const PAUSE_MS = 600;

/** The body of a disposition from what was typed. */
export function dispositionBody(
  draft: Draft, callback: CallbackAt | null, then: AfterWrapUp, madeAtMs: number,
): SaveDisposition {
  return {
    code: draft.code ?? "",
    ...(draft.subCode ? { sub_code: draft.subCode } : {}),
    notes: draft.notes,
    ...(callback ? { callback } : {}),
    fields: { ...draft.fields },
    made_at_ms: madeAtMs,
    then,
  };
}

const leadChange = (key: string, value: string): UpdateLead => {
  if (key === "email") return { email: value };
  if (key === "name" || key === "customer_name") return { name: value };
  return { fields: { [key]: value } };
};

export function createDesk({ api, platform, clock, storage, live, newId, onFailure, onSaved }: Deps): DeskDriver {
  const store = createStore<Desk>(loadDesk(storage));
  let written = store.get().drafts;
  const apply = (event: DeskEvent): void => {
    store.update((desk) => deskStep(desk, event, clock.now()));
  };

  /** Sends; without an answer the outbox keeps it and sends it once, later. */
  const sendOrKeep = async (
    method: "PUT" | "PATCH" | "POST", path: string, body: unknown, id: string, send: () => Promise<unknown>,
  ): Promise<Stored> => {
    try {
      await send();
      return "saved";
    } catch (cause) {
      if (!isTransient(asFailure(cause))) throw cause;
      await platform.outboxPut({ id, method, path, body, madeAtMs: clock.now() });
      return "kept";
    }
  };

  const notes = createAutosave<SaveNotes>({
    clock, pauseMs: PAUSE_MS,
    send: (callId, body) =>
      sendOrKeep("PUT", `/calls/${callId}/notes`, body, newId(), () => api.saveNotes(callId, body)),
  });
  const fields = createAutosave<string>({
    clock, pauseMs: PAUSE_MS,
    send: (at, value) => {
      const [leadId = "", key = ""] = at.split("/");
      const body = leadChange(key, value);
      return sendOrKeep("PATCH", `/leads/${leadId}`, body, newId(), () => api.updateLead(leadId, body));
    },
  });

  const answer = async (): Promise<void> => {
    const offer = live.get().offer;
    if (!offer) return;
    apply({ kind: "answering", callId: offer.call_id });
    try {
      const media = await platform.mediaSession();
      await api.answer(offer.call_id, { fence: offer.fence, media_session_id: media });
    } catch (cause) {
      apply({ kind: "answer_over" });
      onFailure(cause);
    }
  };

  const askState = async (asked: AskedAgentState): Promise<void> => {
    try {
      if (asked.kind === "available") await platform.mediaSession();
      await api.setMyState(asked);
    } catch (cause) {
      onFailure(cause);
    }
  };

  const decline = async (): Promise<void> => {
    const offer = live.get().offer;
    if (!offer) return;
    try {
      await api.decline(offer.call_id, { fence: offer.fence });
    } catch (cause) {
      onFailure(cause);
    }
  };

  const toggleHold = async (): Promise<void> => {
    const desk = store.get();
    const call = desk.current?.call;
    if (!call || desk.current?.endedAtMs !== null) return;
    const on = !(desk.askedHold ?? call.held_since_ms !== null);
    apply({ kind: "hold_asked", on });
    try {
      await (on ? api.hold(call.id) : api.resume(call.id));
    } catch (cause) {
      apply({ kind: "hold_over" });
      onFailure(cause);
    }
  };

  const save: DeskDriver["save"] = async (callId, callback, then) => {
    apply({ kind: "saving" });
    const body = dispositionBody(draftOf(store.get(), callId), callback, then, clock.now());
    const id = newId();
    try {
      const stored = await sendOrKeep("POST", `/calls/${callId}/disposition`, body, id, () =>
        api.saveDisposition(callId, body, id));
      apply({ kind: "saved", callId });
      onSaved(callId);
      return stored;
    } catch (cause) {
      apply({ kind: "refused", failure: asFailure(cause) });
      return "refused";
    }
  };

  return {
    store, notes, fields, askState, answer, decline, toggleHold, save,
    start: () => {
      const follow = (): void => { apply({ kind: "live", live: live.get() }); };
      const stops = [
        live.subscribe(follow),
        store.subscribe(() => {
          const now = store.get().drafts;
          saveDrafts(storage, written, now);
          written = now;
        }),
      ];
      follow();
      return () => {
        for (const stop of stops) stop();
      };
    },
    change: (callId, change) => {
      const before = draftOf(store.get(), callId).notesRevision;
      apply({ kind: "draft", callId, change });
      const draft = draftOf(store.get(), callId);
      if (draft.notesRevision > before) notes.put(callId, { text: draft.notes, revision: draft.notesRevision });
    },
    typeField: (callId, leadId, key, text) => {
      apply({ kind: "draft", callId, change: { fields: { [key]: text } } });
      if (leadId) fields.put(`${leadId}/${key}`, text);
    },
    openUnfinished: (callId) => {
      apply({ kind: "open_unfinished", callId });
    },
  };
}
