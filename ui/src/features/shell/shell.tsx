import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useApp, useKey, useMe, useT } from "@/app-context";
import { RingLayer } from "@/features/ring/ring-layer";
import { ReminderLayer } from "@/features/follow-ups/reminder-layer";
import { KeyHelp } from "@/features/keys/key-help";
import { NewLeadDialog } from "@/features/leads/new-lead-dialog";
import { Palette } from "@/features/palette/palette";
import { useStore } from "@/lib/use-store";
import { may } from "@/state/rights";
import { moveRegion } from "./regions";
import { Rail } from "./rail";
import { StateBar } from "./state-bar";

export type Overlay = { kind: "keys" } | { kind: "new_lead" } | { kind: "find"; text: string } | null;

/** The window's title names the page. */
function useTitle(): void {
  const t = useT();
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(() => {
    const page = (["desk", "queue", "monitor", "calls", "leads", "settings"] as const).find((each) => path.startsWith(`/${each}`));
    document.title = page ? `${t(`nav.${page}`)} · Switchboard` : "Switchboard";
  }, [path, t]);
}

/** The call on the desk is answered from any page: the desk opens by itself. */
function useOpenDesk(): void {
  const { desk, platform } = useApp();
  const navigate = useNavigate();
  const answering = useStore(desk.store, (each) => each.answering);
  const current = useStore(desk.store, (each) => each.current?.id ?? null);
  const opened = answering ?? current;
  useEffect(() => {
    if (opened && platform.window === "main") void navigate({ to: "/desk" });
  }, [opened, navigate, platform.window]);
}

/** The list is worked from any page: one key shows the next lead, another calls the one that is held. */
function useWorklistKeys(on: boolean): void {
  const { worklist } = useApp();
  const navigate = useNavigate();
  const next = (): void => {
    void worklist.next();
    void navigate({ to: "/queue" });
  };
  useKey("next_lead", next, on);
  useKey("call_next", () => {
    const first = worklist.store.get().held[0];
    if (first && !first.entry.hindrance) void worklist.call(first);
    else next();
  }, on);
}

const selectionNumber = (): string => (window.getSelection()?.toString() ?? "").replace(/[^\d+*#]/g, "").slice(0, 20);

export function Shell() {
  const { platform, live } = useApp();
  const me = useMe();
  const navigate = useNavigate();
  const [overlay, setOverlay] = useState<Overlay>(null);
  const offer = useStore(live.store, (each) => each.offer ?? each.endedOffer);
  const supervises = may(me.user.role, "monitor");

  useOpenDesk();
  useWorklistKeys(may(me.user.role, "take_calls"));
  useTitle();
  useKey("all_keys", () => { setOverlay({ kind: "keys" }); });
  useKey("find_lead", () => { setOverlay({ kind: "find", text: "" }); });
  useKey("dial_selection", () => { setOverlay({ kind: "find", text: selectionNumber() }); });
  useKey("back_to_call", () => void navigate({ to: "/desk" }));
  useKey("next_region", () => { moveRegion(1); });
  useKey("previous_region", () => { moveRegion(-1); });
  useEffect(() => platform.onNavigate((path) => {
    const dial = /^\/dial\?number=(.*)$/.exec(path);
    if (dial) setOverlay({ kind: "find", text: decodeURIComponent(dial[1] ?? "") });
    else window.location.hash = `#${path}`;
  }), [platform]);

  const close = (): void => { setOverlay(null); };
  return (
    <div className="app">
      <StateBar supervises={supervises} onFind={() => { setOverlay({ kind: "find", text: "" }); }} />
      <Rail supervises={supervises} onKeys={() => { setOverlay({ kind: "keys" }); }} />
      <main><Outlet /></main>
      {offer && platform.window !== "monitor" ? <RingLayer /> : null}
      {platform.window === "main" ? <ReminderLayer /> : null}
      {overlay?.kind === "keys" ? <KeyHelp onClose={close} /> : null}
      {overlay?.kind === "new_lead" ? <NewLeadDialog onClose={close} /> : null}
      {overlay?.kind === "find" ? (
        <Palette text={overlay.text} onClose={close} onKeys={() => { setOverlay({ kind: "keys" }); }} onNewLead={() => { setOverlay({ kind: "new_lead" }); }} />
      ) : null}
    </div>
  );
}
