import { useQuery } from "@tanstack/react-query";
import type { StorageSettings, StorageSettingsInput } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { Switch, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { Seg } from "@/ui/seg";
import { SettingsFrame } from "./frame";
import { TestButton } from "./test-button";

const FIELDS = ["endpoint", "bucket", "region", "prefix", "access_key_id"] as const;

export function StorageForm({ settings, onSaved }: { settings: StorageSettings; onSaved?: () => void }) {
  const t = useT();
  const { api, queries, toasts } = useApp();
  const s3 = settings.kind === "s3" ? settings : null;
  const form = useForm({
    kind: settings.kind, endpoint: s3?.endpoint ?? "", bucket: s3?.bucket ?? "", region: s3?.region ?? "us-east-1", prefix: s3?.prefix ?? "", access_key_id: s3?.access_key_id ?? "", secret_access_key: "", path_style: s3?.path_style ?? true,
  });
  const { value } = form;
  const save = (): void => void form.run(async (typed) => {
    const { kind, secret_access_key: secret, ...rest } = typed;
    const body: StorageSettingsInput = kind === "local" ? { kind } : { kind, ...rest, secret_access_key: secret === "" ? null : secret };
    await api.storage.put(body);
    await queries.invalidateQueries({ queryKey: keys.storage });
    toasts.show({ tone: "ok", title: t("ui.saved"), text: null, stays: false });
    onSaved?.();
  });
  return (
    <div className="form">
      <div><Seg<"local" | "s3"> label={t("storage.where")} value={value.kind} options={[{ value: "local", label: t("storage.local"), testid: "storage-local" }, { value: "s3", label: t("storage.s3"), testid: "storage-s3" }]} onChange={(kind) => { form.set({ kind }); }} /></div>
      {value.kind === "local" ? <p className="ink-2">{settings.kind === "local" ? t("storage.folder", { folder: settings.folder }) : t("storage.local_text")}</p> : (
        <>
          <div className="pair">
            {FIELDS.map((key) => <TextField key={key} label={t(`storage.${key}`)} value={value[key]} error={form.problem(key)} onChange={(event) => { form.set({ [key]: event.target.value }); }} data-testid={`storage-${key}`} />)}
            <TextField label={t("storage.secret")} type="password" autoComplete="off" value={value.secret_access_key} placeholder={s3?.has_secret ? t("ui.kept_secret") : ""} help={s3?.has_secret ? t("ui.secret_kept") : undefined} error={form.problem("secret_access_key")} onChange={(event) => { form.set({ secret_access_key: event.target.value }); }} />
          </div>
          <Switch label={t("storage.path_style")} checked={value.path_style} onChange={(path_style) => { form.set({ path_style }); }} />
        </>
      )}
      <FormFailure failure={form.failure} />
      <div className="actions"><Button tone="primary" busy={form.busy} off={form.dirty ? null : t("ui.nothing_changed")} onClick={save} data-testid="storage-save">{form.busy ? t("ui.saving") : t("ui.save")}</Button></div>
      <TestButton onTest={() => api.storage.test()} off={form.dirty ? t("test.save_first") : null} testid="storage-test" />
    </div>
  );
}

export function StoragePage() {
  const t = useT();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.storage, queryFn: api.storage.get });
  return <SettingsFrame title={t("settings.storage")} text={t("storage.text")}><div className="spread"><Loaded query={query}>{(settings) => <StorageForm key={JSON.stringify(settings)} settings={settings} />}</Loaded></div></SettingsFrame>;
}
