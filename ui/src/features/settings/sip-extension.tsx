import type { Extension, ExtensionInput, SipSettings } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { useForm } from "@/lib/use-form";
import { SelectField, TextField } from "@/ui/field";
import { EditDialog } from "./edit-dialog";
import { asInput, placeOf, withOne } from "./sip-input";
import { usePeople } from "./use-people";

/** A telephone that registers as somebody's device. */
export function ExtensionDialog({ settings, extension, onClose }: { settings: SipSettings; extension: Extension | null; onClose: () => void }) {
  const t = useT();
  const { api, queries } = useApp();
  const people = usePeople();
  const form = useForm({ username: extension?.username ?? "", user_id: extension?.user_id ?? "", password: "" }, { key: `extension/${extension?.id ?? "new"}`, open: (typed) => ({ ...typed, password: "" }) });
  const { value } = form;
  const at = placeOf(settings.extensions, extension?.id ?? null);
  const problem = (name: string): string | null => form.problem(`extensions[${String(at)}].${name}`);
  const put = async (one: ExtensionInput | null): Promise<void> => {
    const body = asInput(settings);
    await api.sip.put({ ...body, extensions: withOne(body.extensions, extension?.id ?? null, one) });
    await queries.invalidateQueries({ queryKey: keys.sip });
  };
  const missing = value.username.trim() === "" || value.user_id === "" ? t("sip.need_extension") : null;
  return (
    <EditDialog
      title={extension ? extension.username : t("sip.new_extension")} form={form} off={missing} onClose={onClose}
      onSave={(typed) => put({ id: extension?.id ?? null, username: typed.username, user_id: typed.user_id, password: typed.password === "" ? null : typed.password })}
      onDelete={extension ? () => put(null) : undefined}
    >
      <TextField label={t("sip.username")} value={value.username} help={t("sip.extension_help")} error={problem("username")} onChange={(event) => { form.set({ username: event.target.value }); }} data-testid="extension-username" />
      <SelectField label={t("sip.person")} value={value.user_id} choices={[{ value: "", label: t("sip.choose") }, ...people.map((each) => ({ value: each.id, label: each.name }))]} onChange={(event) => { form.set({ user_id: event.target.value }); }} data-testid="extension-user" />
      <TextField label={t("sip.password")} type="password" autoComplete="new-password" value={value.password} placeholder={extension?.has_password === true ? t("ui.kept_secret") : ""} help={t(extension?.has_password === true ? "ui.secret_kept" : "sip.password_help")} error={problem("password")} onChange={(event) => { form.set({ password: event.target.value }); }} data-testid="extension-password" />
    </EditDialog>
  );
}
