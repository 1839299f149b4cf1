import { useState } from "react";
import type { LeadId, LeadSetFilter } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { Button } from "@/ui/button";
import { BulkDialog } from "./bulk-dialog";

/** Leads that one request can name one by one. */
const MOST_NAMED = 500;

interface Props {
  chosen: ReadonlySet<LeadId>;
  filter: LeadSetFilter;
  onClear: () => void;
}

/** What is done with the chosen leads, or with all that fit the filter. */
export function BulkBar({ chosen, filter, onClear }: Props) {
  const t = useT();
  const { queries } = useApp();
  const [asking, setAsking] = useState<"chosen" | "all" | null>(null);
  const started = (): void => {
    onClear();
    void queries.invalidateQueries({ queryKey: keys.bulkActions });
  };
  return (
    <div className="bulk-bar row" role="toolbar" aria-label={t("bulk.bar")} data-testid="bulk-bar">
      {chosen.size > 0 ? (
        <>
          <span className="strong" data-testid="bulk-chosen">{t("bulk.chosen", { n: chosen.size })}</span>
          <Button size="sm" tone="primary" off={chosen.size > MOST_NAMED ? t("bulk.too_many", { n: MOST_NAMED }) : null} onClick={() => { setAsking("chosen"); }} data-testid="bulk-do-chosen">{t("bulk.do_chosen")}</Button>
          <Button size="sm" onClick={onClear}>{t("bulk.clear")}</Button>
        </>
      ) : null}
      <Button size="sm" icon="filter" onClick={() => { setAsking("all"); }} data-testid="bulk-do-all">{t(Object.keys(filter).length > 0 ? "bulk.do_fit" : "bulk.do_all")}</Button>
      {asking ? <BulkDialog leads={asking === "chosen" ? [...chosen] : null} filter={filter} onStarted={started} onClose={() => { setAsking(null); }} /> : null}
    </div>
  );
}
