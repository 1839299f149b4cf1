import { useState } from "react";
import { useApp, useT } from "@/app-context";
import { useWhole } from "@/lib/use-store";
import type { DeskCall } from "@/state/desk";
import { Button } from "@/ui/button";
import { Loading } from "@/ui/loaded";
import { CallColumn } from "./call-column";
import { HelpColumn } from "./help-column";
import { IdleDesk } from "./idle-desk";
import { LeadColumn } from "./lead-column";
import { Strip } from "./strip";
import { useDeskData } from "./use-desk-data";
import { useDisposition } from "./use-disposition";

function CallDesk({ deskCall }: { deskCall: DeskCall }) {
  const t = useT();
  const data = useDeskData(deskCall);
  const outcome = useDisposition(deskCall, data);
  const [drawer, setDrawer] = useState(false);
  return (
    <div className="desk" data-testid="desk-call" data-call={deskCall.id} data-phase={deskCall.endedAtMs === null ? "talking" : "wrap-up"}>
      <CallColumn deskCall={deskCall} data={data} />
      <LeadColumn deskCall={deskCall} data={data} outcome={outcome} />
      <HelpColumn data={data} open={drawer} />
      <Strip deskCall={deskCall} data={data} outcome={outcome} />
      <Button className="drawer-key" size="sm" icon="book" aria-expanded={drawer} onClick={() => { setDrawer(!drawer); }}>
        {t("desk.script")}
      </Button>
    </div>
  );
}

/** The agent's place: a call from answer to saved outcome, else what comes next. */
export function DeskPage() {
  const { desk } = useApp();
  const { current, answering } = useWhole(desk.store);
  if (current) return <CallDesk key={current.id} deskCall={current} />;
  if (answering) return <div className="desk" data-testid="desk-connecting"><Loading rows={8} /></div>;
  return <IdleDesk />;
}
