import { useState } from "react";
import type { AgentState, AskedAgentState } from "@/api/generated/wire";
import { useApp, useKey, useServerNow, useT } from "@/app-context";
import type { Key } from "@/i18n";
import { timer } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import { Icon } from "@/ui/icon";
import type { IconName } from "@/ui/icon";
import { Menu } from "@/ui/menu";

export const STATE_ICON: Record<AgentState["kind"], IconName> = {
  available: "ring-dot", reserved: "bell", on_call: "dot", wrap_up: "half", break: "square", unreachable: "tri",
  offline: "dash",
};

const TONE: Record<AgentState["kind"], string> = {
  available: "ok", reserved: "warn", on_call: "ok", wrap_up: "warn", break: "dim", unreachable: "live", offline: "dim",
};

const BREAKS = ["tea", "meal", "meeting", "training"] as const;

const reasonKey = (reason: string): Key | null =>
  reason === "tea" || reason === "meal" || reason === "meeting" || reason === "training" || reason === "missed_calls"
    ? `break.${reason}` : null;

/** The state in words, with the reason of a break. */
export function useStateWords(): (state: AgentState) => string {
  const t = useT();
  return (state) => {
    if (state.kind !== "break") return t(`state.${state.kind}`);
    const key = reasonKey(state.reason);
    const reason = key ? t(key) : state.reason;
    return reason === "" ? t("state.break") : `${t("state.break")}: ${reason}`;
  };
}

/** The agent's state in the bar, and the menu that changes it. */
export function StatusMenu() {
  const t = useT();
  const { desk, live } = useApp();
  const now = useServerNow();
  const words = useStateWords();
  const me = useStore(live.store, (each) => each.me);
  const [open, setOpen] = useState(false);
  useKey("status_menu", () => { setOpen(true); });
  const state: AgentState = me?.state ?? { kind: "offline" };
  const byTelephone = me?.by_telephone ?? false;
  const ask = (asked: AskedAgentState): void => void desk.askState(asked);
  const trigger = (
    <button className="status" type="button" data-testid="status-menu" data-state={state.kind}>
      <span className={TONE[state.kind]}><Icon name={STATE_ICON[state.kind]} /></span>
      <span className="trunc">{state.kind === "available" && byTelephone ? t("state.by_telephone") : words(state)}</span>
      <span className="med">{me ? timer(now - me.since_ms) : ""}</span>
      {me?.break_after_call ? <span className="warn t-11">{t("state.break_next")}</span> : null}
      <Icon name="down" size="sm" />
    </button>
  );
  return (
    <Menu
      trigger={trigger} open={open} onOpenChange={setOpen}
      groups={[
        [{
          id: "state-available", label: t("state.available"), icon: "ring-dot", chosen: state.kind === "available" && !byTelephone,
          onSelect: () => { ask({ kind: "available" }); },
        }, {
          id: "state-by-telephone", label: t("state.by_telephone"), icon: "phone", chosen: state.kind === "available" && byTelephone,
          onSelect: () => { ask({ kind: "available_by_telephone" }); },
        }],
        BREAKS.map((reason) => ({
          id: `state-break-${reason}`, label: t("state.break_for", { reason: t(`break.${reason}`) }),
          icon: "square" as const, chosen: state.kind === "break" && state.reason === reason,
          onSelect: () => { ask({ kind: "break", reason }); },
        })),
        [{
          id: "state-offline", label: t("state.offline"), icon: "dash", chosen: state.kind === "offline",
          onSelect: () => { ask({ kind: "offline" }); },
        }],
      ]}
    />
  );
}
