import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { AfterWrapUp, CallbackAt, Disposition, DispositionEffect } from "@/api/generated/wire";
import { useApp, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { localZone } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import { dispositionBody } from "@/state/desk-driver";
import { callbackState, draftOf, missing } from "@/state/desk";
import type { DeskCall, Draft, DraftChange, Saving } from "@/state/desk";
import type { DeskData } from "./use-desk-data";

export interface Outcome {
  draft: Draft;
  chosen: Disposition | null;
  /** The chosen one is what fits what happened in the call. */
  suggested: boolean;
  /** What is still to be filled in before it can be saved. */
  missing: string[];
  callback: CallbackAt | null;
  zone: string;
  zoneSource: string;
  effects: DispositionEffect[] | null;
  saving: Saving;
  change(change: DraftChange): void;
  typeField(key: string, text: string): void;
  save(then: AfterWrapUp): void;
}

/** The outcome of one call as it is being put down. */
export function useDisposition(deskCall: DeskCall, data: DeskData): Outcome {
  const t = useT();
  const { api, desk, live, toasts } = useApp();
  const draft = useStore(desk.store, (each) => draftOf(each, deskCall.id));
  const saving = useStore(desk.store, (each) => each.saving);
  const suggestion = useStore(live.store, (each) => each.suggested[deskCall.id] ?? null);
  const suggested = data.dispositions.some((each) => each.code === suggestion) ? suggestion : null;
  useEffect(() => {
    if (suggested !== null && draft.code === null) desk.change(deskCall.id, { code: suggested });
  }, [desk, deskCall.id, suggested, draft.code]);
  const chosen = data.dispositions.find((each) => each.code === draft.code) ?? null;
  const zone = data.lead?.zone ?? localZone();
  const at = { nowMs: useServerNow(), zone };
  const callback =
    chosen?.next_action.kind === "callback" && draft.callbackTime && callbackState(draft.callbackTime, at) === "ok" ? { local_time: draft.callbackTime, zone } : null;
  const left = chosen ? missing(chosen, draft, data.lead, at) : [];
  const preview = useQuery({
    queryKey: keys.preview(deskCall.id, [draft.code, draft.subCode, callback]),
    queryFn: () => api.previewDisposition(deskCall.id, dispositionBody(draft, callback, "available", Date.now())),
    enabled: chosen !== null && left.length === 0,
    staleTime: 60_000,
  });
  return {
    draft, chosen, suggested: suggested !== null && draft.code === suggested, missing: left, callback, zone, saving,
    zoneSource: data.lead?.zone_source ?? "tenant",
    effects: chosen ? (preview.data ?? null) : null,
    change: (change) => { desk.change(deskCall.id, change); },
    typeField: (key, text) => { desk.typeField(deskCall.id, data.leadId, key, text); },
    save: (then) => {
      void desk.save(deskCall.id, callback, then).then((result) => {
        if (result !== "kept") return;
        toasts.show({ tone: "acc", title: t("desk.kept"), text: t("desk.kept_text"), stays: true });
      });
    },
  };
}
