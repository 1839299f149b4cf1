import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeadView, SaveLeadView } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { EditDialog } from "@/features/settings/edit-dialog";
import { useForm } from "@/lib/use-form";
import { may } from "@/state/rights";
import { Button } from "@/ui/button";
import { Check, SelectField, TextField } from "@/ui/field";
import { filterOf, searchOf, sortOf, viewOf } from "./lead-search";
import type { LeadSearch } from "./lead-search";

/** One's own views and those that are shared. */
export function useViews(): LeadView[] {
  const { api } = useApp();
  return useQuery({ queryKey: keys.leadViews, queryFn: () => api.leadViews() }).data ?? [];
}

function ViewDialog({ view, search, onClose }: { view: LeadView | null; search: LeadSearch; onClose: () => void }) {
  const t = useT();
  const me = useMe();
  const { api, queries } = useApp();
  const form = useForm({ name: view?.name ?? "", shared: view?.shared ?? false });
  const { value } = form;
  const fresh = (): Promise<void> => queries.invalidateQueries({ queryKey: keys.leadViews });
  const save = async (typed: typeof value): Promise<void> => {
    const body: SaveLeadView = { name: typed.name.trim(), shared: typed.shared, filter: filterOf(search, me.user.id), sort: sortOf(search) };
    await (view ? api.updateLeadView(view.id, body) : api.createLeadView(body));
    await fresh();
  };
  return (
    <EditDialog
      title={t(view ? "views.change" : "views.save")} form={form} off={value.name.trim() ? null : t("views.need_name")} onSave={save} onClose={onClose}
      {...(view ? { onDelete: async () => { await api.deleteLeadView(view.id); await fresh(); } } : {})}
    >
      <p className="ink-2">{t("views.what")}</p>
      <TextField label={t("views.name")} value={value.name} maxLength={60} data-autofocus data-testid="view-name" error={form.problem("name")} onChange={(event) => { form.set({ name: event.target.value }); }} />
      {may(me.user.role, "monitor") ? <Check label={t("views.shared")} checked={value.shared} onChange={(shared) => { form.set({ shared }); }} data-testid="view-shared" /> : null}
    </EditDialog>
  );
}

/** Chooses a view, and keeps the present filter as one. */
export function ViewPicker({ search }: { search: LeadSearch }) {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const views = useViews();
  const [dialog, setDialog] = useState<"new" | "change" | null>(null);
  const shown = viewOf(views, search, me.user.id);
  const own = shown && (shown.made_by_id === me.user.id || may(me.user.role, "monitor"));
  const label = (view: LeadView): string => (view.shared && view.made_by_id !== me.user.id ? t("views.by", { name: view.name, who: view.made_by }) : view.name);
  const open = (id: string): void => {
    const view = views.find((each) => each.id === id);
    void navigate({ to: "/leads", search: view ? searchOf(view, me.user.id) : {} });
  };
  return (
    <>
      {views.length > 0 ? (
        <SelectField
          label={t("views.title")} hideLabel className="sm" value={shown?.id ?? ""} data-testid="view-pick" onChange={(event) => { open(event.target.value); }}
          choices={[{ value: "", label: t("views.none") }, ...views.map((each) => ({ value: each.id, label: label(each) }))]}
        />
      ) : null}
      {own ? <Button size="sm" icon="pen" onClick={() => { setDialog("change"); }} data-testid="view-change">{t("views.change")}</Button>
        : !shown && Object.keys(search).length > 0 ? <Button size="sm" icon="star" onClick={() => { setDialog("new"); }} data-testid="view-save">{t("views.save")}</Button> : null}
      {dialog ? <ViewDialog view={dialog === "change" && shown ? shown : null} search={search} onClose={() => { setDialog(null); }} /> : null}
    </>
  );
}
