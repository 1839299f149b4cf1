import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { IntakeKey } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { StateBox } from "@/ui/state-box";
import { CopiedAddress } from "./copied-address";
import { SettingsFrame } from "./frame";
import { IntakeKeyDialog } from "./intake-key-dialog";
import { LeadWebhookSection } from "./lead-webhook";

/** The secret of a new key, which is shown once. */
function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog title={t("intake.made")} onClose={onClose} testid="intake-secret" footer={<><span className="push" /><Button tone="primary" onClick={onClose}>{t("ui.close")}</Button></>}>
      <div className="col g-3">
        <Note tone="warn">{t("intake.once")}</Note>
        <CopiedAddress url={secret} what={t("intake.secret")} />
        <p className="t-12 ink-2">{t("intake.how")}</p>
        <pre className="mono t-12">{"POST /intake/leads\nAuthorization: Bearer …\nContent-Type: application/json"}</pre>
      </div>
    </Dialog>
  );
}

/** Keys by which forms and programs hand leads in. */
export function IntakePage() {
  const t = useT();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const [open, setOpen] = useState<IntakeKey | "new" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const query = useQuery({ queryKey: keys.intakeKeys, queryFn: api.intakeKeys });
  const campaigns = useQuery({ queryKey: keys.campaigns, queryFn: api.campaigns });
  const add = <Button tone="primary" icon="plus" onClick={() => { setOpen("new"); }} data-testid="intake-new">{t("intake.new")}</Button>;
  return (
    <SettingsFrame title={t("settings.intake")} text={t("intake.text")} action={add}>
      <Loaded query={query}>
        {(all) => all.length === 0 ? <StateBox icon="key" title={t("intake.none")} text={t("intake.none_text")} action={add} /> : (
          <div className="table-wrap"><table className="table">
            <thead><tr><th>{t("users.name")}</th><th>{t("intake.source")}</th><th>{t("imports.campaign")}</th><th>{t("intake.key")}</th><th className="hide-narrow">{t("intake.last_used")}</th><th><span className="sr">{t("ui.change")}</span></th></tr></thead>
            <tbody>{all.map((each) => (
              <tr key={each.id} data-testid="intake-row">
                <td className="strong">{each.name} {each.on ? null : <Badge tone="neutral">{t("intake.off")}</Badge>}</td>
                <td>{each.source}</td>
                <td>{campaigns.data?.find((one) => one.id === each.campaign_id)?.name ?? t("imports.no_campaign")}</td>
                <td className="mono nowrap">…{each.key_end}</td>
                <td className="hide-narrow ink-2 nowrap">{each.last_used_at_ms === null ? t("lead.never") : when(each.last_used_at_ms, now, locale)}</td>
                <td className="num"><Button size="sm" icon="pen" onClick={() => { setOpen(each); }} aria-label={t("ui.change_one", { name: each.name })}>{t("ui.change")}</Button></td>
              </tr>
            ))}</tbody>
          </table></div>
        )}
      </Loaded>
      <LeadWebhookSection />
      {open === null ? null : <IntakeKeyDialog intake={open === "new" ? null : open} onMade={setSecret} onClose={() => { setOpen(null); }} />}
      {secret === null ? null : <Secret secret={secret} onClose={() => { setSecret(null); }} />}
    </SettingsFrame>
  );
}
