import { useEffect, useRef } from "react";
import { useApp, useServerNow } from "@/app-context";
import { useNow } from "@/lib/use-now";
import { useStore } from "@/lib/use-store";
import { extendsByTyping } from "@/state/desk";
import type { DeskCall } from "@/state/desk";

export interface WrapUp {
  /** Time left, ms; null while talking. 0 once the server has moved on. */
  leftMs: number | null;
  extend(): void;
}

/** The wrap-up of the call on the desk; typing near its end asks for more time by itself. */
export function useWrapUp(deskCall: DeskCall, typedAtMs: number): WrapUp {
  const { api, live, fail } = useApp();
  const serverNow = useServerNow();
  const now = useNow();
  const state = useStore(live.store, (each) => each.me?.state ?? null);
  const asked = useRef(0);
  const endsAt = state?.kind === "wrap_up" && state.call_id === deskCall.id ? state.ends_at_ms : null;
  const leftMs = endsAt === null ? (deskCall.endedAtMs === null ? null : 0) : Math.max(0, endsAt - serverNow);
  const extend = (): void => void api.extendWrapUp(deskCall.id).catch(fail);
  const due = endsAt !== null && leftMs !== null && extendsByTyping(leftMs, now - typedAtMs);
  useEffect(() => {
    if (!due || endsAt === null || asked.current === endsAt) return;
    asked.current = endsAt;
    void api.extendWrapUp(deskCall.id).catch(() => undefined);
  }, [due, endsAt, api, deskCall.id]);
  return { leftMs, extend };
}
