import { useQuery } from "@tanstack/react-query";
import type { CrmApi, CrmAuth, CrmConnector, CrmConnectorInput, CrmPlan, CrmPush, Duplicates, KnownWithin, SinceAs } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import type { Form } from "@/lib/use-form";
import { Check, SelectField, TextField } from "@/ui/field";
import { freshConnector, inputOf } from "./crm-parts";
import { CrmRules } from "./crm-rules";
import { EditDialog } from "./edit-dialog";

const API_TEXTS = ["list_path", "items_path", "record_path", "id_path", "updated_path", "since_param", "page_param", "size_param", "extra_query", "hook_id_path"] as const;

/** How the interface of the CRM looks, for one that is not as Laravel has it. */
function Interface({ form }: { form: Form<CrmConnectorInput> }) {
  const t = useT();
  const { api } = form.value;
  const set = (change: Partial<CrmApi>): void => { form.set({ api: { ...api, ...change } }); };
  return (
    <details data-testid="crm-api">
      <summary>{t("crm.api")}</summary>
      <div className="pair">
        {API_TEXTS.map((each) => <TextField key={each} label={t(`crm_api.${each}`)} className="mono" maxLength={each === "extra_query" ? 500 : 200} value={api[each]} error={form.problem(`api.${each}`)} onChange={(event) => { set({ [each]: event.target.value }); }} data-testid={`crm-${each}`} />)}
        <TextField label={t("crm_api.page_size")} type="number" min={1} max={500} value={api.page_size} error={form.problem("api.page_size")} onChange={(event) => { set({ page_size: Number(event.target.value) }); }} />
        <SelectField label={t("crm_api.since_as")} value={api.since_as} choices={(["iso8601", "unix_seconds"] as const satisfies readonly SinceAs[]).map((each) => ({ value: each, label: t(`since_as.${each}`) }))} onChange={(event) => { set({ since_as: event.target.value as SinceAs }); }} />
      </div>
      <Check label={t("crm_api.put")} checked={api.put} onChange={(put) => { set({ put }); }} />
    </details>
  );
}

/** Sets a CRM up or changes it. */
export function CrmDialog({ connector, onClose }: { connector: CrmConnector | null; onClose: () => void }) {
  const t = useT();
  const me = useMe();
  const { api, queries } = useApp();
  const campaigns = useQuery({ queryKey: keys.campaigns, queryFn: api.campaigns });
  const form = useForm<CrmConnectorInput>(connector ? inputOf(connector) : freshConnector(me.tenant.country), { key: `crm/${connector?.id ?? "new"}`, open: (typed) => ({ ...typed, secret: null }) });
  const { value } = form;
  const refresh = () => queries.invalidateQueries({ queryKey: keys.crm });
  const save = async (body: CrmConnectorInput): Promise<void> => {
    const sent = { ...body, secret: body.secret === "" ? null : body.secret };
    await (connector ? api.crm.update(connector.id, sent) : api.crm.create(sent));
    await refresh();
  };
  const set = (change: Partial<CrmPlan>): void => { form.set({ plan: { ...value.plan, ...change } }); };
  const off = value.name.trim() === "" || value.base_url.trim() === "" || (connector === null && !value.secret) ? t("crm.need") : null;
  const kept = connector?.has_secret === true;
  return (
    <EditDialog title={connector ? connector.name : t("crm.new")} form={form} off={off} onSave={save} onClose={onClose} wide onDelete={connector ? () => api.crm.remove(connector.id).then(refresh) : undefined}>
      <div className="pair">
        <TextField label={t("users.name")} maxLength={80} value={value.name} error={form.problem("name")} onChange={(event) => { form.set({ name: event.target.value }); }} data-testid="crm-name" />
        <TextField label={t("crm.base_url")} help={t("crm.base_url_help")} type="url" maxLength={500} value={value.base_url} error={form.problem("base_url")} onChange={(event) => { form.set({ base_url: event.target.value }); }} data-testid="crm-base_url" />
        <SelectField label={t("crm.auth")} value={value.auth} choices={(["bearer", "basic"] as const satisfies readonly CrmAuth[]).map((each) => ({ value: each, label: t(`crm_auth.${each}`) }))} onChange={(event) => { form.set({ auth: event.target.value as CrmAuth }); }} data-testid="crm-auth" />
        {value.auth === "basic" ? <TextField label={t("crm.user")} maxLength={200} value={value.user} error={form.problem("user")} onChange={(event) => { form.set({ user: event.target.value }); }} data-testid="crm-user" /> : null}
        <TextField label={t(value.auth === "basic" ? "crm.password" : "crm.token")} type="password" autoComplete="off" maxLength={4000} placeholder={kept ? t("ui.kept_secret") : ""} {...(kept ? { help: t("ui.secret_kept") } : {})} value={value.secret ?? ""} error={form.problem("secret")} onChange={(event) => { form.set({ secret: event.target.value }); }} data-testid="crm-secret" />
        <TextField label={t("crm.every")} type="number" min={1} max={1440} value={value.every_minutes} error={form.problem("every_minutes")} onChange={(event) => { form.set({ every_minutes: Number(event.target.value) }); }} data-testid="crm-every" />
        <SelectField label={t("crm.push")} value={value.push} choices={(["nothing", "known", "all"] as const satisfies readonly CrmPush[]).map((each) => ({ value: each, label: t(`crm_push.${each}`) }))} onChange={(event) => { form.set({ push: event.target.value as CrmPush }); }} data-testid="crm-push" />
        <SelectField label={t("imports.campaign")} value={value.campaign_id ?? ""} choices={[{ value: "", label: t("imports.no_campaign") }, ...(campaigns.data ?? []).map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => { form.set({ campaign_id: event.target.value || null }); }} />
        <TextField label={t("intake.source")} help={t("crm.source_help")} maxLength={80} value={value.source} error={form.problem("source")} onChange={(event) => { form.set({ source: event.target.value }); }} />
        <TextField label={t("imports.country")} maxLength={2} value={value.plan.country} help={t("imports.country_help")} onChange={(event) => { set({ country: event.target.value.toUpperCase() }); }} />
        <SelectField label={t("imports.duplicates")} value={value.plan.duplicates} choices={(["skip", "update", "merge"] as const satisfies readonly Duplicates[]).map((each) => ({ value: each, label: t(`duplicates.${each}`) }))} onChange={(event) => { set({ duplicates: event.target.value as Duplicates }); }} />
        <SelectField label={t("imports.known_within")} value={value.plan.known_within} choices={(["campaign", "tenant"] as const satisfies readonly KnownWithin[]).map((each) => ({ value: each, label: t(`known_within.${each}`) }))} onChange={(event) => { set({ known_within: event.target.value as KnownWithin }); }} />
      </div>
      <CrmRules rules={value.plan.rules} error={form.problem("plan.rules")} onChange={(rules) => { set({ rules }); }} />
      <Interface form={form} />
      {connector ? <Check label={t("crm.new_hook")} checked={value.new_hook} onChange={(new_hook) => { form.set({ new_hook }); }} /> : null}
    </EditDialog>
  );
}
