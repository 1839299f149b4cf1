import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { BulkAction } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { saveFile } from "@/lib/save-file";
import { useCampaigns } from "@/lib/use-campaigns";
import { usePeople } from "@/features/settings/use-people";
import { Button, IconButton } from "@/ui/button";
import { actionText, hasFile, hoursToUndo, isWorking } from "./bulk-words";
import { useTags } from "./tags";

const PARTS = ["changed", "exported", "same", "kept", "undone"] as const;

/** The last action on many leads: how far it is, what it came to, and its undo. */
export function BulkProgress() {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const { api, platform, queries, fail } = useApp();
  const [hidden, setHidden] = useState<string | null>(null);
  const query = useQuery({
    queryKey: keys.bulkActions, queryFn: () => api.bulkActions(1),
    refetchInterval: ({ state }) => (state.data?.items[0] && isWorking(state.data.items[0].state) ? 700 : false),
  });
  const names = { tags: useTags(), people: usePeople(), campaigns: useCampaigns() };
  const found = query.data?.items[0];
  const working = found !== undefined && isWorking(found.state);
  // Which one has come to its end, and how; a quick one has before anybody could see it at work.
  const ended = query.data === undefined ? null : found && !working ? `${found.id} ${found.state}` : "";
  const before = useRef(ended);
  useEffect(() => {
    if (before.current !== null && ended && ended !== before.current) void queries.invalidateQueries({ queryKey: keys.leads() });
    before.current = ended;
  }, [ended, queries]);
  if (!found || hidden === found.id) return null;
  const hours = hoursToUndo(found, now);
  const file = hasFile(found, now);
  if (!working && hours === 0 && !file && found.state !== "failed" && found.state !== "undone") return null;
  const act = (what: Promise<BulkAction>): void => void what.then(() => queries.invalidateQueries({ queryKey: keys.bulkActions })).catch(fail);
  const download = (): void => void api.bulkActionFile(found.id).then(({ url }) => platform.bytes(url))
    .then((content) => { saveFile(t("bulk.file_name"), new Blob([content], { type: "text/csv;charset=utf-8" })); }).catch(fail);
  const count = (n: number): string => n.toLocaleString(locale);
  return (
    <section className="bulk-progress" aria-label={t("bulk.last")} data-testid="bulk-progress" data-state={found.state}>
      <p role="status"><b className="strong">{actionText(found.action, names, t)}</b> <span className="ink-2">{t(`bulk_state.${found.state}`)}{
        found.state === "gathering" ? ` · ${t("bulk.found", { n: found.total })}` : working ? ` · ${t("bulk.of", { done: count(found.done), total: count(found.total) })}` : ""}</span></p>
      {working ? <progress max={Math.max(1, found.total)} value={found.state === "gathering" ? 0 : found.done} aria-label={t("bulk.progress")} /> : (
        <p className="t-12 ink-2" data-testid="bulk-counts">{PARTS.filter((part) => found.counts[part] > 0).map((part) => t(`bulk_count.${part}`, { n: found.counts[part] })).join(" · ") || t("bulk.nothing")}</p>
      )}
      {found.failure ? <p className="t-12 warn">{found.failure}</p> : null}
      <span className="push" />
      {found.state === "gathering" || found.state === "working" ? <Button size="sm" icon="x" onClick={() => { act(api.cancelBulkAction(found.id)); }} data-testid="bulk-cancel">{t("bulk.stop")}</Button> : null}
      {file ? <Button size="sm" icon="import" onClick={download} data-testid="bulk-file">{t("detail.download")}</Button> : null}
      {hours > 0 ? <><span className="t-12 ink-2">{t("bulk.hours", { n: hours })}</span><Button size="sm" icon="undo" onClick={() => { act(api.undoBulkAction(found.id)); }} data-testid="bulk-undo">{t("bulk.undo")}</Button></> : null}
      {working ? null : <IconButton icon="x" size="sm" tone="plain" label={t("ui.close")} onClick={() => { setHidden(found.id); }} data-testid="bulk-hide" />}
    </section>
  );
}
