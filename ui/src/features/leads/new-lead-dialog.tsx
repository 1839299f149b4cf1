import { useNavigate } from "@tanstack/react-router";
import type { CreateLead } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useDiscard } from "@/ui/discard";
import { TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";

export function NewLeadDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { api, queries } = useApp();
  const navigate = useNavigate();
  const form = useForm({ name: "", phone: "", email: "", source: "" }, { key: "lead/new" });
  const { leave, question } = useDiscard(form.dirty, form.discard, onClose);
  const { value } = form;
  const save = (): void => void form.run(async (typed) => {
    const body: CreateLead = {
      name: typed.name.trim(), phone: typed.phone.trim(), fields: {},
      ...(typed.email.trim() ? { email: typed.email.trim() } : {}), ...(typed.source.trim() ? { source: typed.source.trim() } : {}),
    };
    const lead = await api.createLead(body);
    await queries.invalidateQueries({ queryKey: keys.leads() });
    onClose();
    void navigate({ to: "/leads/$leadId", params: { leadId: lead.id } });
  });
  const ready = value.name.trim() !== "" && value.phone.trim() !== "";
  return (
    <Dialog
      title={t("leads.new")} onClose={leave} testid="new-lead-dialog"
      footer={question ?? <><Button onClick={leave}>{t("ui.cancel")}</Button><Button tone="primary" busy={form.busy} off={ready ? null : t("leads.need")} onClick={save} data-testid="new-lead-save">{form.busy ? t("ui.saving") : t("leads.make")}</Button></>}
    >
      <div className="col g-3">
        <TextField label={t("leads.col_name")} value={value.name} data-autofocus onChange={(event) => { form.set({ name: event.target.value }); }} error={form.problem("name")} />
        <TextField label={t("field.phone")} type="tel" value={value.phone} help={t("leads.phone_help")} onChange={(event) => { form.set({ phone: event.target.value }); }} error={form.problem("phone")} />
        <TextField label={t("field.email")} type="email" value={value.email} onChange={(event) => { form.set({ email: event.target.value }); }} error={form.problem("email")} />
        <TextField label={t("leads.col_source")} value={value.source} onChange={(event) => { form.set({ source: event.target.value }); }} />
        <FormFailure failure={form.failure} />
      </div>
    </Dialog>
  );
}
