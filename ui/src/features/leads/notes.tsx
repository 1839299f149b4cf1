import { useState } from "react";
import type { LeadId, LeadNote } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { usePages } from "@/lib/use-pages";
import { may } from "@/state/rights";
import { Button } from "@/ui/button";
import { AreaField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Paged } from "@/ui/paged";
import { StateBox } from "@/ui/state-box";
import { Removed } from "./removed";

/** What people wrote about this lead, and what they write now. */
export function LeadNotes({ leadId }: { leadId: LeadId }) {
  const t = useT();
  const me = useMe();
  const locale = useLocale();
  const now = useServerNow();
  const { api, queries, fail } = useApp();
  const [gone, setGone] = useState<LeadNote | null>(null);
  const form = useForm({ text: "" }, { key: `note/${leadId}` });
  const pages = usePages(keys.leadNotes(leadId), (cursor) => api.leadNotes(leadId, cursor));
  const writes = may(me.user.role, "take_calls");
  const fresh = (): Promise<void> => queries.invalidateQueries({ queryKey: keys.leadNotes(leadId) });
  const add = (): void => void form.run(async ({ text }) => {
    await api.addLeadNote(leadId, { text: text.trim() });
    await fresh();
  }).then((ok) => { if (ok) form.reset({ text: "" }); });
  const remove = (note: LeadNote): void => void api.removeLeadNote(note.id).then(fresh).then(() => { setGone(note); }).catch(fail);
  const restore = (note: LeadNote): void => void api.restoreLeadNote(note.id).then(fresh).then(() => { setGone(null); }).catch(fail);
  return (
    <section className="panel" aria-label={t("notes.title")} data-region="notes" data-testid="lead-notes">
      <header><h2>{t("notes.title")}</h2></header>
      {writes ? (
        <form className="col g-2 body" aria-label={t("notes.new")} onSubmit={(event) => { event.preventDefault(); add(); }}>
          <AreaField label={t("notes.new")} hideLabel rows={2} maxLength={4000} placeholder={t("notes.new")} value={form.value.text} error={form.problem("text")} onChange={(event) => { form.set({ text: event.target.value }); }} data-testid="note-text" />
          <div className="row"><Button type="submit" size="sm" icon="plus" busy={form.busy} off={form.value.text.trim() === "" ? t("notes.need") : null} data-testid="note-add">{t("notes.add")}</Button></div>
          <FormFailure failure={form.failure} />
        </form>
      ) : null}
      {gone ? <Removed text={t("notes.removed")} onUndo={() => { restore(gone); }} /> : null}
      <Paged pages={pages} empty={<StateBox icon="pen" title={t("notes.none")} text={t("notes.none_text")} />}>
        {(notes) => (
          <ul>{notes.map((each) => (
            <li key={each.id} className="line top" data-testid="lead-note">
              <span className="grow"><span className="pre">{each.text}</span><span className="t-12 ink-3 block">{each.made_by}, {when(each.created_at_ms, now, locale)}</span></span>
              {writes && (each.made_by_id === me.user.id || may(me.user.role, "monitor"))
                ? <Button size="sm" tone="plain" icon="trash" onClick={() => { remove(each); }} aria-label={t("notes.remove_one", { who: each.made_by })} data-testid="note-remove">{t("ui.delete")}</Button> : null}
            </li>
          ))}</ul>
        )}
      </Paged>
    </section>
  );
}
