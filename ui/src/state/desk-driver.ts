import type { Api } from "@/api/client";
import { asFailure, isTransient } from "@/api/failure";
import type {
  AfterWrapUp, AskedAgentState, CallId, CallbackAt, LeadId, SaveDisposition, SaveNotes, UpdateLead, UserId,
} from "@/api/generated/wire";
import type { Clock } from "@/lib/clock";
import type { Kept } from "@/lib/kept";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";
import type { Platform, Stop } from "@/platform/types";
import { createAutosave } from "./autosave";
import type { Autosave, Stored } from "./autosave";
import { deskStep, draftOf, emptyDesk } from "./desk";
import type { Desk, DeskEvent, Draft, DraftChange } from "./desk";
import { loadDesk, saveDrafts } from "./desk-storage";
import type { Live } from "./live";

export type SaveResult = "saved" | "kept" | "refused";

export interface DeskDriver {
  store: Readable<Desk>;
  notes: Autosave<SaveNotes>;
  /** Lead fields by `<lead id>/<key>`. */
  fields: Autosave<string>;
  /** Takes the desk of this person up where it was left, until stopped. */
  start(user: UserId): Stop;
  /** Hands over what is still being typed; comes back within seconds, server or not. */
  flush(): Promise<void>;
  /** Asks for another state; who goes available needs a device first. */
  askState(asked: AskedAgentState): Promise<void>;
  answer(): Promise<void>;
  decline(): Promise<void>;
  toggleHold(): Promise<void>;
  change(callId: CallId, change: DraftChange): void;
  /** Something typed is not sent or kept yet. */
  isTyping(): boolean;
  /** The server has all that waited: nothing is merely kept here any more. */
  allSent(): void;
  /** A lead's field, typed outside a call. */
  typeLead(leadId: LeadId, key: string, text: string): void;
  typeField(callId: CallId, leadId: LeadId | null, key: string, text: string): void;
  save(callId: CallId, callback: CallbackAt | null, then: AfterWrapUp): Promise<SaveResult>;
  openUnfinished(callId: CallId): void;
}

interface Deps {
  api: Api;
  platform: Pick<Platform, "outboxPut" | "mediaSession">;
  clock: Clock;
  kept: Kept;
  live: Readable<Live>;
  newId(): string;
  onFailure(cause: unknown): void;
  /** The server has the outcome of this call: what was read about it before is old. */
  onSaved(callId: CallId): void;
  /** The server has a new value of a lead's field. */
  onLeadSaved(leadId: LeadId): void;
}

const PAUSE_MS = 600;
/** A server that is away must not hold up who wants to leave. What was not sent by then is kept. */
const FLUSH_MS = 3000;

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

const notesPath = (callId: CallId): string => `/calls/${callId}/notes`;
const leadPath = (leadId: LeadId): string => `/leads/${leadId}`;

/** From `<lead id>/<key>`. */
function leadUpdate(at: string, value: string): { leadId: LeadId; body: UpdateLead } {
  const [leadId = "", key = ""] = at.split("/");
  return { leadId, body: leadChange(key, value) };
}

export function createDesk({ api, platform, clock, kept, live, newId, onFailure, onSaved, onLeadSaved }: Deps): DeskDriver {
  const store = createStore<Desk>(emptyDesk);
  let owner: UserId | null = null;
  let written = store.get().drafts;
  const apply = (event: DeskEvent): void => {
    store.update((desk) => deskStep(desk, event, clock.now()));
  };

  /** Sends; without an answer the outbox keeps it and sends it once, later. */
  const sendOrKeep = async (
    method: "PUT" | "PATCH" | "POST", path: string, body: unknown, id: string, send: () => Promise<unknown>,
  ): Promise<Stored> => {
    // Whoever is here when the answer comes, it was typed by who is here now.
    const userId = owner;
    try {
      await send();
      return "saved";
    } catch (cause) {
      if (userId === null || !isTransient(asFailure(cause))) throw cause;
      await platform.outboxPut({ id, userId, method, path, body, madeAtMs: clock.now() });
      return "kept";
    }
  };

  const notes = createAutosave<SaveNotes>({
    clock, pauseMs: PAUSE_MS,
    send: (callId, body) => sendOrKeep("PUT", notesPath(callId), body, newId(), () => api.saveNotes(callId, body)),
  });
  const fields = createAutosave<string>({
    clock, pauseMs: PAUSE_MS,
    send: (at, value) => {
      const { leadId, body } = leadUpdate(at, value);
      return sendOrKeep("PATCH", leadPath(leadId), body, newId(), async () => {
        await api.updateLead(leadId, body);
        onLeadSaved(leadId);
      });
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
    const user = owner;
    apply({ kind: "saving" });
    const body = dispositionBody(draftOf(store.get(), callId), callback, then, clock.now());
    const id = newId();
    try {
      const stored = await sendOrKeep("POST", `/calls/${callId}/disposition`, body, id, () =>
        api.saveDisposition(callId, body, id));
      if (owner === user) apply({ kind: "saved", callId });
      onSaved(callId);
      return stored;
    } catch (cause) {
      if (owner === user) apply({ kind: "refused", failure: asFailure(cause) });
      return "refused";
    }
  };

  return {
    store, notes, fields, askState, answer, decline, toggleHold, save,
    flush: () =>
      Promise.race([
        Promise.all([notes.flush(), fields.flush()]).then(() => undefined),
        new Promise<void>((done) => { clock.after(FLUSH_MS, done); }),
      ]),
    start: (user) => {
      owner = user;
      store.set(loadDesk(kept, user));
      written = store.get().drafts;
      const follow = (): void => { apply({ kind: "live", live: live.get() }); };
      const stops = [
        live.subscribe(follow),
        store.subscribe(() => {
          const now = store.get().drafts;
          saveDrafts(kept, user, written, now);
          written = now;
        }),
      ];
      follow();
      return () => {
        for (const stop of stops) stop();
        // A session that ended by itself leaves no token to send with: it goes out when this person is back.
        const keep = (method: "PUT" | "PATCH", path: string, body: unknown): void => {
          platform.outboxPut({ id: newId(), userId: user, method, path, body, madeAtMs: clock.now() }).catch(onFailure);
        };
        notes.drain((callId, body) => { keep("PUT", notesPath(callId), body); });
        fields.drain((at, value) => {
          const { leadId, body } = leadUpdate(at, value);
          keep("PATCH", leadPath(leadId), body);
        });
        owner = null;
        store.set(emptyDesk);
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
    isTyping: () => notes.isOpen() || fields.isOpen(),
    allSent: () => {
      notes.allSent();
      fields.allSent();
    },
    typeLead: (leadId, key, text) => { fields.put(`${leadId}/${key}`, text); },
    openUnfinished: (callId) => {
      apply({ kind: "open_unfinished", callId });
    },
  };
}
