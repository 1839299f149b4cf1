import { useState } from "react";
import { useT } from "@/app-context";
import { usePeople } from "@/features/settings/use-people";
import type { FollowUp } from "@/state/follow-ups";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField } from "@/ui/field";
import type { FollowUpActs } from "./use-follow-ups";

/** To whom tasks and callbacks go. */
export function ReassignDialog({ items, acts, onClose }: { items: readonly FollowUp[]; acts: FollowUpActs; onClose: (done: boolean) => void }) {
  const t = useT();
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const people = usePeople().filter((each) => each.active && ["tenant_admin", "manager", "telecaller"].includes(each.role));
  const give = (): void => {
    setBusy(true);
    void acts.reassign(items, to, people.find((each) => each.id === to)?.name ?? "").then((done) => {
      setBusy(false);
      if (done) onClose(true);
    });
  };
  return (
    <Dialog
      title={t("follow.reassign_n", { n: items.length })} onClose={() => { onClose(false); }} testid="reassign-dialog"
      footer={<><span className="push" /><Button onClick={() => { onClose(false); }}>{t("ui.cancel")}</Button><Button tone="primary" busy={busy} off={to === "" ? t("follow.choose_who") : null} onClick={give} data-testid="reassign-give">{t("follow.give")}</Button></>}
    >
      <SelectField label={t("follow.to")} value={to} onChange={(event) => { setTo(event.target.value); }} data-testid="reassign-to" choices={[{ value: "", label: t("follow.choose_who") }, ...people.map((each) => ({ value: each.id, label: each.name }))]} />
    </Dialog>
  );
}
