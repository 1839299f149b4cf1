import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { MaskingMapping, MaskingPool, MaskingPoolInput } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { usePages } from "@/lib/use-pages";
import { Button } from "@/ui/button";
import { SelectField, Switch, TextField } from "@/ui/field";
import { Loaded } from "@/ui/loaded";
import { Paged } from "@/ui/paged";
import { StateBox } from "@/ui/state-box";
import { EditDialog } from "./edit-dialog";
import { SettingsFrame } from "./frame";
import { PickMany } from "./pick-many";

const HOUR = 3600;
const SPANS = [HOUR, 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR, 90 * 24 * HOUR];
const fresh: MaskingPoolInput = { name: "", number_ids: [], lasts_s: 7 * 24 * HOUR, on: true };

function PoolDialog({ pool, taken, onClose }: { pool: MaskingPool | null; taken: readonly string[]; onClose: () => void }) {
  const t = useT();
  const { api, queries } = useApp();
  const numbers = useQuery({ queryKey: keys.numbers, queryFn: api.numbers });
  const start: MaskingPoolInput = pool ? { name: pool.name, number_ids: pool.number_ids, lasts_s: pool.lasts_s, on: pool.on } : fresh;
  const form = useForm<MaskingPoolInput>(start, { key: `pool/${pool?.id ?? "new"}` });
  const { value } = form;
  const refresh = () => queries.invalidateQueries({ queryKey: keys.maskingPools });
  const spans = SPANS.includes(value.lasts_s) ? SPANS : [...SPANS, value.lasts_s];
  const free = (numbers.data ?? []).filter((each) => !taken.includes(each.id));
  return (
    <EditDialog
      title={pool?.name ?? t("masking.new")} form={form} off={value.name.trim() === "" ? t("masking.need") : null} wide onClose={onClose}
      onSave={async (body) => { await (pool ? api.updateMaskingPool(pool.id, body) : api.createMaskingPool(body)); await refresh(); }}
      onDelete={pool ? () => api.deleteMaskingPool(pool.id).then(refresh) : undefined}
    >
      <div className="pair">
        <TextField label={t("masking.name")} maxLength={60} value={value.name} error={form.problem("name")} onChange={(event) => { form.set({ name: event.target.value }); }} data-testid="pool-name" />
        <SelectField label={t("masking.lasts")} value={String(value.lasts_s)} help={t("masking.lasts_text")} error={form.problem("lasts_s")} choices={spans.map((each) => ({ value: String(each), label: t("masking.hours", { n: Math.round(each / HOUR) }) }))} onChange={(event) => { form.set({ lasts_s: Number(event.target.value) }); }} data-testid="pool-lasts" />
      </div>
      <PickMany label={t("masking.numbers")} all={free.map((each) => ({ id: each.id, name: each.number, note: each.label }))} chosen={value.number_ids} onChange={(number_ids) => { form.set({ number_ids }); }} />
      <Switch label={t("masking.on")} checked={value.on} onChange={(on) => { form.set({ on }); }} />
    </EditDialog>
  );
}

/** Who reaches whom by which number now. */
function Mappings() {
  const t = useT();
  const { api, queries, fail } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const pages = usePages<MaskingMapping>(keys.maskingMappings, (cursor) => api.maskingMappings(cursor));
  const end = (mapping: MaskingMapping): void => void api.endMapping(mapping.id)
    .then(() => Promise.all([queries.invalidateQueries({ queryKey: keys.maskingMappings }), queries.invalidateQueries({ queryKey: keys.maskingPools })])).catch(fail);
  return (
    <section className="col" aria-labelledby="mappings">
      <h2 id="mappings" className="h-sec">{t("masking.mappings")}</h2>
      <Paged pages={pages} empty={<p className="ink-2">{t("masking.no_mappings")}</p>}>
        {(items) => (
          <div className="table-wrap"><table className="table">
            <thead><tr><th>{t("masking.number")}</th><th>{t("masking.lead")}</th><th>{t("masking.agent")}</th><th>{t("masking.until")}</th><th><span className="sr">{t("masking.end")}</span></th></tr></thead>
            <tbody>{items.map((each) => (
              <tr key={each.id} data-testid="mapping">
                <td><b className="strong nowrap">{each.number}</b></td>
                <td>{each.lead_name}</td>
                <td>{each.agent_name}</td>
                <td className="ink-2 nowrap">{when(each.expires_at_ms, now, locale)}</td>
                <td className="num"><Button size="sm" icon="x" onClick={() => { end(each); }} aria-label={t("masking.end_one", { lead: each.lead_name, agent: each.agent_name })}>{t("masking.end")}</Button></td>
              </tr>
            ))}</tbody>
          </table></div>
        )}
      </Paged>
    </section>
  );
}

/** Virtual numbers: neither the customer nor the agent sees the other's number. */
export function MaskingPage() {
  const t = useT();
  const { api } = useApp();
  const [open, setOpen] = useState<MaskingPool | "new" | null>(null);
  const query = useQuery({ queryKey: keys.maskingPools, queryFn: api.maskingPools });
  const add = <Button tone="primary" icon="plus" onClick={() => { setOpen("new"); }} data-testid="pool-new">{t("masking.new")}</Button>;
  const others = (query.data ?? []).filter((each) => open === "new" || open === null || each.id !== open.id).flatMap((each) => each.number_ids);
  return (
    <SettingsFrame title={t("settings.masking")} text={t("masking.text")} action={add}>
      <Loaded query={query}>
        {(pools) => pools.length === 0 ? <StateBox icon="eye" title={t("masking.none")} text={t("masking.none_text")} action={add} /> : (
          <div className="table-wrap"><table className="table">
            <thead><tr><th>{t("masking.name")}</th><th className="num">{t("masking.numbers")}</th><th className="num">{t("masking.in_use")}</th><th>{t("masking.messages")}</th><th><span className="sr">{t("ui.change")}</span></th></tr></thead>
            <tbody>{pools.map((each) => (
              <tr key={each.id} data-testid={`pool-${each.name}`}>
                <td><b className="strong">{each.name}</b>{each.on ? null : <span className="c-warn"> {t("masking.off")}</span>}</td>
                <td className="num">{each.number_ids.length}</td>
                <td className="num">{each.mappings}</td>
                <td className="ink-2">{t(each.takes_messages ? "masking.passes_on" : "masking.no_messages")}</td>
                <td className="num"><Button size="sm" icon="pen" onClick={() => { setOpen(each); }} aria-label={t("ui.change_one", { name: each.name })}>{t("ui.change")}</Button></td>
              </tr>
            ))}</tbody>
          </table></div>
        )}
      </Loaded>
      <Mappings />
      {open ? <PoolDialog pool={open === "new" ? null : open} taken={others} onClose={() => { setOpen(null); }} /> : null}
    </SettingsFrame>
  );
}
