import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Import, ImportPlan, ImportPreview } from "@/api/generated/wire";
import { cx } from "@/lib/cx";
import { bytes } from "@/lib/text";
import { useApp, useLocale, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { problemText } from "@/i18n/server-text";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { Mapping } from "./mapping";
import { Outcome } from "./outcome";
import { PlanOptions } from "./plan-options";
import { StoredPreview } from "./stored-preview";
import { count, isWorking, stateTone } from "./words";

/** One file, from its columns to its undo. */
export function ImportPage() {
  const { importId } = useParams({ from: "/shell/imports/$importId" });
  const { api } = useApp();
  const query = useQuery({
    queryKey: keys.import(importId),
    queryFn: () => api.import(importId),
    refetchInterval: ({ state }) => (state.data && (isWorking(state.data.state) || state.data.state === "uploading") ? 700 : false),
  });
  return <Loaded query={query}>{(found) => <Page found={found} />}</Loaded>;
}

function Page({ found }: { found: Import }) {
  const t = useT();
  const { api, fail, queries } = useApp();
  const over = ["done", "undoing", "undone", "cancelled", "failed"].includes(found.state);
  const [plan, setPlan] = useState<ImportPlan | null>(found.plan);
  const preview = useQuery({
    queryKey: keys.importPreview(found.id, plan),
    queryFn: () => api.previewImport(found.id, { plan }),
    enabled: !over && found.state !== "uploading",
    placeholderData: (before: ImportPreview | undefined) => before,
    retry: false,
  });
  const seen = plan ?? preview.data?.plan ?? null;
  const act = (what: () => Promise<Import>): void => void what()
    .then((next) => { queries.setQueryData(keys.import(found.id), next); void queries.invalidateQueries({ queryKey: keys.imports, exact: true }); void queries.invalidateQueries({ queryKey: ["leads"] }); })
    .catch(fail);
  const stale = found.state === "rehearsed" && JSON.stringify(found.plan) !== JSON.stringify(seen);
  const wrong = preview.data?.problems ?? [];
  return (
    <div className="page">
      <div className="page-head" data-region="filters">
        <Link to="/imports" className="back"><Icon name="left" /> {t("imports.title")}</Link>
        <h1>{found.file_name}</h1><Badge tone={stateTone[found.state]} testid="import-state">{t(`import_state.${found.state}`)}</Badge>
        <span className="ink-2 hide-narrow">{bytes(found.bytes)}{seen && !over ? ` · ${t("imports.read_as", { encoding: seen.reading.encoding.toUpperCase(), separator: t(`separator.${nameOfSeparator(seen.reading.separator)}`) })}` : ""}</span>
      </div>
      <div className={cx("import-page scroll", over && "over")} data-region="list" tabIndex={-1}>
        <div className="import-main">
          {found.state === "uploading" ? <Note tone="acc"><p>{t(found.received === found.bytes ? "imports.opening" : "imports.incomplete")}</p></Note> : null}
          {preview.data && seen && !over ? (
            <>
              {preview.data.remembered && plan === null ? <Note tone="ok" testid="import-remembered">{t("imports.remembered", { name: preview.data.remembered })}</Note> : null}
              {wrong.length > 0 ? <Note tone="warn" alert testid="plan-problems">{wrong.map((each) => <p key={`${each.field}${each.problem}`}>{problemText(each.problem, t)}</p>)}</Note> : null}
              <PlanOptions plan={seen} onChange={setPlan} />
              <Mapping preview={preview.data} plan={seen} onChange={setPlan} />
              <StoredPreview preview={preview.data} />
            </>
          ) : !over && found.state !== "uploading" ? <Loaded query={preview}>{() => null}</Loaded> : <Summary found={found} />}
        </div>
        <aside className="import-side"><Outcome found={found} stale={stale} onAct={act} /></aside>
      </div>
      {!over && seen ? <Foot found={found} plan={seen} stale={stale} wrong={wrong.length > 0} onAct={act} /> : null}
    </div>
  );
}

const nameOfSeparator = (separator: string): "comma" | "semicolon" | "tab" | "bar" | "other" =>
  separator === "," ? "comma" : separator === ";" ? "semicolon" : separator === "\t" ? "tab" : separator === "|" ? "bar" : "other";

function Summary({ found }: { found: Import }) {
  const t = useT();
  if (found.failure === null) return null;
  return <Note tone={found.state === "failed" ? "live" : "warn"} testid="import-failure"><p className="strong">{t("imports.said")}</p><p>{found.failure === "cancelled" ? t("imports.was_cancelled") : found.failure}</p></Note>;
}

interface FootProps {
  found: Import;
  plan: ImportPlan;
  stale: boolean;
  wrong: boolean;
  onAct: (what: () => Promise<Import>) => void;
}

function Foot({ found, plan, stale, wrong, onAct }: FootProps) {
  const t = useT();
  const locale = useLocale();
  const { api } = useApp();
  const working = isWorking(found.state);
  const taken = found.counts.new + found.counts.updated;
  const rehearsed = found.state === "rehearsed" && !stale;
  return (
    <div className="foot" data-region="actions">
      <p className="grow">{rehearsed
        ? <><strong>{t("imports.will", { n: count(taken, locale), rows: count(found.counts.rows, locale) })}</strong> <span className="ink-2">{t("imports.undo_text")}</span></>
        : <span className="ink-2">{t("imports.rehearse_text")}</span>}</p>
      <Button onClick={() => { onAct(() => api.cancelImport(found.id)); }} data-testid="import-cancel">{t("imports.cancel")}</Button>
      <Button off={wrong ? t("imports.fix_first") : null} busy={found.state === "rehearsing"} onClick={() => { onAct(() => api.rehearseImport(found.id, { plan, save_as: null })); }} tone={rehearsed ? undefined : "primary"} data-testid="import-rehearse">{t("imports.rehearse")}</Button>
      <Button tone={rehearsed ? "primary" : undefined} off={wrong ? t("imports.fix_first") : rehearsed || working ? null : t("imports.rehearse_first")} busy={working} onClick={() => { onAct(() => api.startImport(found.id, { plan, save_as: null })); }} data-testid="import-start">
        {rehearsed ? t("imports.start_n", { n: count(taken, locale) }) : t("imports.start")}
      </Button>
    </div>
  );
}
