import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Import, ImportCounts } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import { count, isWorking, saveText } from "./words";

const PARTS = ["new", "updated", "known", "twice", "listed", "invalid"] as const satisfies readonly (keyof ImportCounts)[];

interface Props {
  found: Import;
  /** The plan was changed since the rehearsal. */
  stale: boolean;
  onAct: (what: () => Promise<Import>) => void;
}

/** What the rehearsal or the import came to, while it goes on and after it. */
export function Outcome({ found, stale, onAct }: Props) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const { api } = useApp();
  const { counts, progress } = found;
  const said = found.plan !== null && !["uploading", "ready"].includes(found.state);
  const total = PARTS.reduce((sum, part) => sum + counts[part], 0);
  const hours = found.undo_until_ms === null ? 0 : Math.max(0, Math.ceil((found.undo_until_ms - now) / 3_600_000));
  return (
    <>
      <section className="card import-card" aria-label={t("imports.rehearsal")}>
        <div className="row between"><h2>{t(found.state === "rehearsed" || found.state === "rehearsing" ? "imports.rehearsal" : "imports.outcome")}</h2>
          {found.state === "rehearsed" || found.state === "rehearsing" ? <Badge tone="acc">{t("imports.nothing_saved")}</Badge> : null}</div>
        {isWorking(found.state) ? (
          <div role="status" data-testid="import-progress">
            <progress max={1000} value={progress?.permille ?? 0} aria-label={t("imports.progress")} />
            <p className="ink-2">{t("imports.rate", { rows: count(progress?.rows ?? 0, locale), rate: count(progress?.rows_per_s ?? 0, locale) })}{progress?.left_s != null ? ` · ${t("imports.left", { n: String(progress.left_s) })}` : ""}</p>
            {found.state === "undoing" ? null : <Button size="sm" icon="x" onClick={() => { onAct(() => api.cancelImport(found.id)); }} data-testid="import-stop">{t("imports.stop")}</Button>}
          </div>
        ) : null}
        {said ? (
          <>
            <div className="import-bar" aria-hidden="true">{PARTS.map((part) => counts[part] > 0 ? <i key={part} className={part} style={{ flexGrow: counts[part] / Math.max(1, total) }} /> : null)}</div>
            <dl className="import-counts" data-testid="import-counts">{PARTS.map((part) => <div key={part}><dt><i className={part} aria-hidden="true" />{t(`counts.${part}`)}</dt><dd className="num">{count(counts[part], locale)}</dd></div>)}</dl>
            {counts.doubtful > 0 ? <p className="ink-2">{t("imports.doubtful", { n: count(counts.doubtful, locale) })}</p> : null}
          </>
        ) : <p className="ink-2">{t("imports.not_yet")}</p>}
        {stale ? <Note tone="warn" testid="import-stale">{t("imports.stale")}</Note> : null}
        {found.state === "done" ? (
          hours > 0
            ? <div className="row"><Button icon="undo" onClick={() => { onAct(() => api.undoImport(found.id)); }} data-testid="import-undo">{t("imports.undo")}</Button><span className="ink-2">{t("imports.undo_hours", { n: String(hours) })}</span></div>
            : <p className="ink-2">{t("imports.undo_over")}</p>
        ) : null}
      </section>
      {said && counts.invalid + counts.twice + counts.known + counts.listed + counts.doubtful > 0 && !isWorking(found.state) ? <Problems found={found} /> : null}
    </>
  );
}

function Problems({ found }: { found: Import }) {
  const t = useT();
  const { api, fail } = useApp();
  const [saving, setSaving] = useState(false);
  const query = useQuery({ queryKey: keys.importProblems(found.id, found.begun_at_ms), queryFn: () => api.importProblems(found.id), retry: false });
  const download = async (): Promise<void> => {
    setSaving(true);
    try {
      const parts: string[] = [];
      let name = found.file_name;
      let cursor: string | undefined;
      do {
        const part = await api.importProblemRows(found.id, cursor);
        parts.push(part.text);
        name = part.file_name;
        cursor = part.next ?? undefined;
      } while (cursor !== undefined);
      saveText(name, parts);
    } catch (cause) {
      fail(cause);
    } finally {
      setSaving(false);
    }
  };
  return (
    <section className="card import-card" aria-label={t("imports.problem_rows")}>
      <div className="row between"><h2>{t("imports.problem_rows")}</h2><Button size="sm" icon="import" busy={saving} onClick={() => void download()} data-testid="import-download">{t("imports.download")}</Button></div>
      <table className="table"><thead><tr><th className="num">{t("imports.row")}</th><th>{t("imports.column")}</th><th>{t("imports.why")}</th></tr></thead>
        <tbody>{(query.data?.items ?? []).map((each, n) => (
          <tr key={n} data-testid="import-problem"><td className="num">{each.row}</td><td>{each.column ?? "–"}</td><td className={each.left_out ? "" : "ink-2"}>{t(`reason.${each.reason}`)}</td></tr>
        ))}</tbody></table>
      {query.data?.next ? <p className="ink-2">{t("imports.more_rows")}</p> : null}
    </section>
  );
}
