import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { CrmConnector } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { Button } from "@/ui/button";
import { Loaded } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";
import { CopiedAddress } from "./copied-address";
import { CrmDialog } from "./crm-dialog";
import { isMoving } from "./crm-parts";
import { CrmProblems } from "./crm-problems";
import { CrmStatusLines } from "./crm-status";
import { SettingsFrame } from "./frame";
import { TestButton } from "./test-button";

/** How often the status is looked at, in ms: while something moves, and else. */
const OFTEN = 2_000;
const SELDOM = 20_000;

function Connector({ connector, onChange }: { connector: CrmConnector; onChange: () => void }) {
  const t = useT();
  const { api, queries, fail } = useApp();
  const [sure, setSure] = useState(false);
  const { id, status } = connector;
  const paused = status.state === "paused";
  const act = (what: Promise<unknown>): void => void what.then(() => queries.invalidateQueries({ queryKey: keys.crm })).catch(fail);
  const full = (): void => {
    if (sure) act(api.crm.sync(id, { full: true }));
    setSure(!sure);
  };
  return (
    <section className="spread" aria-labelledby={`crm-${id}`} data-testid="crm-connector">
      <div className="row between">
        <h2 id={`crm-${id}`} className="h-sec">{connector.name}</h2>
        <Button size="sm" icon="pen" onClick={onChange} aria-label={t("ui.change_one", { name: connector.name })} data-testid="crm-change">{t("ui.change")}</Button>
      </div>
      <p className="t-12 ink-2 break">{connector.base_url}{connector.api.list_path}</p>
      <CrmStatusLines connector={connector} />
      <div className="actions">
        <Button icon={paused ? "play" : "pause"} tone={paused ? "primary" : "plain"} onClick={() => { act(api.crm.pause(id, { paused: !paused })); }} data-testid="crm-pause">{t(paused ? "crm.go_on" : "crm.pause")}</Button>
        <Button icon="refresh" off={paused ? t("crm.paused_first") : null} onClick={() => { act(api.crm.sync(id, { full: false })); }} data-testid="crm-sync">{t("crm.sync")}</Button>
        <Button icon="refresh" tone={sure ? "live" : "plain"} off={paused ? t("crm.paused_first") : null} onClick={full} data-testid="crm-full">{t(sure ? "crm.full_sure" : "crm.full")}</Button>
      </div>
      <TestButton onTest={() => api.crm.test(id)} off={null} testid="crm-test" />
      <div className="col"><p className="label">{t("crm.hook")}</p><p className="t-12 ink-2">{t("crm.hook_text", { path: connector.api.hook_id_path })}</p><CopiedAddress url={connector.hook_url} what={t("crm.hook")} /></div>
      <CrmProblems id={id} />
    </section>
  );
}

/** CRMs that leads are kept in step with. */
export function CrmPage() {
  const t = useT();
  const { api } = useApp();
  const [open, setOpen] = useState<CrmConnector | "new" | null>(null);
  const query = useQuery({ queryKey: keys.crm, queryFn: api.crm.list, refetchInterval: (all) => (isMoving(all.state.data) ? OFTEN : SELDOM) });
  const add = <Button tone="primary" icon="plus" onClick={() => { setOpen("new"); }} data-testid="crm-new">{t("crm.new")}</Button>;
  return (
    <SettingsFrame title={t("settings.crm")} text={t("crm.text")} action={add}>
      <Loaded query={query}>
        {(all) => all.length === 0 ? <StateBox icon="transfer" title={t("crm.none")} text={t("crm.none_text")} action={add} /> : (
          <>{all.map((each) => <Connector key={each.id} connector={each} onChange={() => { setOpen(each); }} />)}</>
        )}
      </Loaded>
      {open === null ? null : <CrmDialog connector={open === "new" ? null : open} onClose={() => { setOpen(null); }} />}
    </SettingsFrame>
  );
}
