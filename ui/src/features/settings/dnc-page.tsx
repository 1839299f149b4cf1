import { useDeferredValue, useState } from "react";
import type { SyntheticEvent } from "react";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { usePages } from "@/lib/use-pages";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Paged } from "@/ui/paged";
import { StateBox } from "@/ui/state-box";
import { SettingsFrame } from "./frame";

export function DncPage() {
  const t = useT();
  const { api, queries, fail, toasts } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim());
  const form = useForm({ number: "", reason: "" }, { key: "do-not-call" });
  const pages = usePages(keys.doNotCall(wanted), (cursor) => api.doNotCall(wanted, cursor));
  const refresh = () => queries.invalidateQueries({ queryKey: ["settings", "do-not-call"] });
  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    void form.run(async (typed) => {
      await api.addDoNotCall(typed);
      await refresh();
    }).then((ok) => { if (ok) form.reset({ number: "", reason: "" }); });
  };
  const remove = (id: string, number: string): void => void api.removeDoNotCall(id).then(refresh)
    .then(() => { toasts.show({ tone: "acc", title: t("dnc.removed", { number }), text: t("dnc.removed_text"), stays: false }); }).catch(fail);
  return (
    <SettingsFrame title={t("settings.do_not_call")} text={t("dnc.text")} action={<TextField label={t("calls.search")} hideLabel type="search" className="sm" placeholder={t("dnc.search")} value={search} onChange={(event) => { setSearch(event.target.value); }} />}>
      <form className="spread dnc-add" onSubmit={add}>
        <TextField label={t("numbers.number")} type="tel" required value={form.value.number} error={form.problem("number")} onChange={(event) => { form.set({ number: event.target.value }); }} data-testid="dnc-number" />
        <TextField label={t("dnc.reason")} required value={form.value.reason} error={form.problem("reason")} onChange={(event) => { form.set({ reason: event.target.value }); }} data-testid="dnc-reason" />
        <Button type="submit" icon="plus" busy={form.busy} data-testid="dnc-add">{t("dnc.add")}</Button>
        <FormFailure failure={form.failure} />
      </form>
      <Paged pages={pages} empty={<StateBox icon="stop" title={t(wanted === "" ? "dnc.none" : "dnc.none_found")} text={t("dnc.none_text")} />}>
        {(entries) => (
          <div className="table-wrap"><table className="table">
            <thead><tr><th>{t("numbers.number")}</th><th>{t("dnc.reason")}</th><th className="hide-narrow">{t("dnc.source")}</th><th className="hide-narrow">{t("dnc.added")}</th><th><span className="sr">{t("dnc.remove")}</span></th></tr></thead>
            <tbody>{entries.map((each) => (
              <tr key={each.id}><td className="strong nowrap">{each.number}</td><td>{each.reason}</td><td className="hide-narrow ink-2">{nameOf(t, "dnc_source", each.source)}{each.added_by ? `, ${each.added_by}` : ""}</td><td className="hide-narrow ink-2 nowrap">{when(each.added_at_ms, now, locale)}</td>
                <td className="num"><Button size="sm" icon="trash" onClick={() => { remove(each.id, each.number); }} aria-label={t("dnc.remove_one", { number: each.number })}>{t("dnc.remove")}</Button></td></tr>
            ))}</tbody>
          </table></div>
        )}
      </Paged>
    </SettingsFrame>
  );
}
