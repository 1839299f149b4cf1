import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import type { DncEntry, DncFilter, DncState, WishSource } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { fullDay, when } from "@/lib/time";
import { usePages } from "@/lib/use-pages";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Paged } from "@/ui/paged";
import { StateBox } from "@/ui/state-box";
import { DncAdd, SOURCES } from "./dnc-add";
import { DncUploadDialog } from "./dnc-upload";
import { SettingsFrame } from "./frame";
import { RegistryDialog } from "./registry-dialog";

interface Wanted {
  campaign_id: string;
  source: WishSource | "";
  state: DncState | "";
}

/** Numbers that must not be called: the list with its filter, one more by hand, many by a list. */
export function DncPage() {
  const t = useT();
  const { api, queries, fail, toasts } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const [search, setSearch] = useState("");
  const [wanted, setWanted] = useState<Wanted>({ campaign_id: "", source: "", state: "" });
  const [uploading, setUploading] = useState(false);
  const [registry, setRegistry] = useState(false);
  const campaigns = useQuery({ queryKey: keys.campaigns, queryFn: api.campaigns });
  const digits = useDeferredValue(search.trim());
  const filter: DncFilter = {
    ...(digits === "" ? {} : { search: digits }), ...(wanted.campaign_id === "" ? {} : { campaign_id: wanted.campaign_id }),
    ...(wanted.source === "" ? {} : { source: wanted.source }), ...(wanted.state === "" ? {} : { state: wanted.state }),
  };
  const pages = usePages(keys.doNotCall(filter), (cursor) => api.doNotCall(filter, cursor));
  const refresh = () => queries.invalidateQueries({ queryKey: ["settings", "do-not-call"] });
  const remove = ({ id, number }: DncEntry): void => void api.removeDoNotCall(id).then(refresh)
    .then(() => { toasts.show({ tone: "acc", title: t("dnc.removed", { number }), text: t("dnc.removed_text"), stays: false }); }).catch(fail);
  const scopeOf = (id: string | null): string => (id === null ? t("dnc.scope_all") : campaigns.data?.find((each) => each.id === id)?.name ?? t("dnc.scope_one"));
  const any = (label: string) => ({ value: "", label });
  const nothingAsked = Object.keys(filter).length === 0;
  return (
    <SettingsFrame title={t("settings.do_not_call")} text={t("dnc.text")} action={<><Button icon="shield" onClick={() => { setRegistry(true); }} data-testid="registry-open">{t("registry.title")}</Button><Button icon="upload" onClick={() => { setUploading(true); }} data-testid="dnc-upload">{t("dnc.upload")}</Button></>}>
      <DncAdd onAdded={refresh} />
      <div className="dnc-filter" role="search" aria-label={t("dnc.filter")}>
        <TextField label={t("calls.search")} hideLabel type="search" className="sm" placeholder={t("dnc.search")} value={search} onChange={(event) => { setSearch(event.target.value); }} data-testid="dnc-search" />
        <SelectField label={t("dnc.scope")} hideLabel className="sm" value={wanted.campaign_id} choices={[any(t("dnc.any_scope")), ...(campaigns.data ?? []).map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => { setWanted({ ...wanted, campaign_id: event.target.value }); }} />
        <SelectField label={t("dnc.came_by")} hideLabel className="sm" value={wanted.source} choices={[any(t("dnc.any_source")), ...SOURCES.map((value) => ({ value, label: t(`wish_source.${value}`) }))]} onChange={(event) => { setWanted({ ...wanted, source: event.target.value as WishSource | "" }); }} />
        <SelectField label={t("dnc.until")} hideLabel className="sm" value={wanted.state} choices={[any(t("dnc.any_state")), { value: "in_force", label: t("dnc.in_force") }, { value: "over", label: t("dnc.over") }]} onChange={(event) => { setWanted({ ...wanted, state: event.target.value as DncState | "" }); }} data-testid="dnc-state" />
      </div>
      <Paged pages={pages} empty={<StateBox icon="stop" title={t(nothingAsked ? "dnc.none" : "dnc.none_found")} text={t("dnc.none_text")} />}>
        {(entries) => (
          <div className="table-wrap"><table className="table">
            <thead><tr><th>{t("numbers.number")}</th><th>{t("dnc.scope")}</th><th>{t("dnc.until")}</th><th>{t("dnc.reason")}</th><th className="hide-narrow">{t("dnc.source")}</th><th className="hide-narrow">{t("dnc.added")}</th><th><span className="sr">{t("dnc.remove")}</span></th></tr></thead>
            <tbody>{entries.map((each) => (
              <tr key={each.id} data-testid="dnc-row"><td className="strong nowrap">{each.number}</td><td>{scopeOf(each.campaign_id)}</td>
                <td className="nowrap">{each.until_ms === null ? t("dnc.for_ever") : each.in_force ? fullDay(each.until_ms, locale) : <Badge tone="neutral">{t("dnc.over")}</Badge>}</td>
                <td>{each.reason}{each.proof ? <span className="t-12 ink-3"> {each.proof}</span> : null}</td>
                <td className="hide-narrow ink-2">{nameOf(t, "wish_source", each.source)}{each.added_by ? `, ${each.added_by}` : ""}</td><td className="hide-narrow ink-2 nowrap">{when(each.added_at_ms, now, locale)}</td>
                <td className="num"><Button size="sm" icon="trash" onClick={() => { remove(each); }} aria-label={t("dnc.remove_one", { number: each.number })}>{t("dnc.remove")}</Button></td></tr>
            ))}</tbody>
          </table></div>
        )}
      </Paged>
      {registry ? <RegistryDialog onClose={() => { setRegistry(false); }} /> : null}
      {uploading ? <DncUploadDialog onDone={refresh} onClose={() => { setUploading(false); }} /> : null}
    </SettingsFrame>
  );
}
