import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import type { LeadCard, LeadId } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { useCampaigns } from "@/lib/use-campaigns";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { firstPicks, rowsOf, takenOf } from "./merge-fields";
import type { MergeRow, Side } from "./merge-fields";

const SIDES = ["kept", "other"] as const;

/** One field of both: two radio buttons side by side, moved by the arrow keys. */
function Row({ row, pick, onPick }: { row: MergeRow; pick: Side; onPick: (side: Side) => void }) {
  const t = useT();
  const name = nameOf(t, "field", row.field);
  if (row.kept === row.other) {
    return <tr data-testid="merge-same"><th scope="row">{name}</th><td colSpan={2} className="ink-2">{row.kept}</td></tr>;
  }
  return (
    <tr data-testid="merge-row" data-field={row.field}>
      <th scope="row">{name}</th>
      {SIDES.map((side) => (
        <td key={side}><label className="check">
          <input
            type="radio" name={`merge-${row.field}`} checked={pick === side} data-testid={`merge-${row.field}-${side}`} onChange={() => { onPick(side); }}
            aria-label={`${name}, ${t(`merge.${side}`)}: ${row[side] || t("lead.not_known")}`}
          />
          <span className="break">{row[side] || <span className="ink-3">{t("lead.not_known")}</span>}</span>
        </label></td>
      ))}
    </tr>
  );
}

interface CompareProps {
  kept: LeadCard;
  other: LeadCard;
  onSwap: () => void;
  onDone: (kept: LeadId) => void;
  onClose: () => void;
}

function Compare({ kept, other, onSwap, onDone, onClose }: CompareProps) {
  const t = useT();
  const { api, queries } = useApp();
  const campaigns = useCampaigns();
  const rows = rowsOf(kept, other, { t, campaigns });
  const [chosen, setChosen] = useState<Readonly<Record<string, Side>>>({});
  const picks = { ...firstPicks(rows), ...chosen };
  const form = useForm({});
  const all = (side: Side): void => { setChosen(Object.fromEntries(rows.map((row) => [row.field, side]))); };
  const merge = (): void => void form.run(async () => {
    await api.mergeLeads(kept.lead.id, { other_id: other.lead.id, take: takenOf(rows, picks) });
    await Promise.all([queries.invalidateQueries({ queryKey: ["lead"] }), queries.invalidateQueries({ queryKey: keys.leads() })]);
    onDone(kept.lead.id);
  });
  return (
    <Dialog
      title={t("merge.title")} onClose={onClose} wide testid="merge-dialog"
      footer={<><Button onClick={onClose}>{t("ui.cancel")}</Button><Button tone="primary" busy={form.busy} onClick={merge} data-testid="merge-do">{t("merge.do")}</Button></>}
    >
      <div className="col g-3">
        <Note>{t("merge.note")}</Note>
        <div className="table-wrap"><table className="table merge">
          <thead><tr>
            <th>{t("merge.field")}</th>
            {SIDES.map((side) => <th key={side}>{t(`merge.${side}`)}: {(side === "kept" ? kept : other).lead.name}{" "}
              <Button size="sm" onClick={() => { all(side); }} data-testid={`merge-all-${side}`}>{t("merge.all")}</Button></th>)}
          </tr></thead>
          <tbody>{rows.map((row) => <Row key={row.field} row={row} pick={picks[row.field] ?? "kept"} onPick={(side) => { setChosen({ ...chosen, [row.field]: side }); }} />)}</tbody>
        </table></div>
        <p><Button size="sm" icon="transfer" onClick={onSwap} data-testid="merge-swap">{t("merge.swap")}</Button></p>
        <FormFailure failure={form.failure} />
      </div>
    </Dialog>
  );
}

/** Any other lead by name, number or e-mail. */
function Find({ not, onFound, onClose }: { not: LeadId; onFound: (id: LeadId) => void; onClose: () => void }) {
  const t = useT();
  const { api } = useApp();
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed.trim());
  const filter = { search, limit: 10 };
  const query = useQuery({ queryKey: keys.leads(filter), queryFn: () => api.leads(filter), enabled: search.length > 2 });
  const found = (query.data?.items ?? []).filter((each) => each.id !== not);
  return (
    <Dialog title={t("merge.find")} onClose={onClose} testid="merge-find" footer={<Button onClick={onClose}>{t("ui.cancel")}</Button>}>
      <div className="col g-3">
        <TextField label={t("merge.search")} help={t("merge.search_help")} type="search" value={typed} data-autofocus data-testid="merge-search" onChange={(event) => { setTyped(event.target.value); }} />
        <p className="sr" role="status">{query.data ? t("palette.count", { n: found.length }) : ""}</p>
        <ul>{found.map((each) => <li key={each.id} className="line"><span className="grow"><b className="med">{each.name}</b> <span className="ink-2">{each.phone}</span></span>
          <Button size="sm" onClick={() => { onFound(each.id); }} aria-label={t("merge.compare_with", { name: each.name })} data-testid="merge-found">{t("merge.compare")}</Button></li>)}</ul>
        {query.data && found.length === 0 ? <p className="ink-2">{t("palette.none")}</p> : null}
      </div>
    </Dialog>
  );
}

interface Props {
  leadId: LeadId;
  /** Null until it is looked for. */
  otherId: LeadId | null;
  onDone: (kept: LeadId) => void;
  onClose: () => void;
}

/** Two leads side by side: for each field a person says whose value stays. */
export function MergeDialog({ leadId, otherId, onDone, onClose }: Props) {
  const { api } = useApp();
  const [pair, setPair] = useState({ kept: leadId, other: otherId });
  const kept = useQuery({ queryKey: keys.lead(pair.kept), queryFn: () => api.lead(pair.kept) });
  const other = useQuery({ queryKey: keys.lead(pair.other ?? ""), queryFn: () => api.lead(pair.other ?? ""), enabled: pair.other !== null });
  const { other: chosen } = pair;
  if (chosen === null) return <Find not={leadId} onFound={(id) => { setPair({ kept: leadId, other: id }); }} onClose={onClose} />;
  return (
    <Loaded query={kept} rows={2}>{(mine) => (
      <Loaded query={other} rows={2}>{(theirs) => (
        <Compare key={mine.lead.id} kept={mine} other={theirs} onSwap={() => { setPair({ kept: chosen, other: pair.kept }); }} onDone={onDone} onClose={onClose} />
      )}</Loaded>
    )}</Loaded>
  );
}
