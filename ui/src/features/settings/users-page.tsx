import { useState } from "react";
import type { Role, UpdateUser, User } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { splitList } from "@/lib/text";
import { when } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { usePages } from "@/lib/use-pages";
import { Avatar, Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { SelectField, Switch, TextField } from "@/ui/field";
import { Paged } from "@/ui/paged";
import { StateBox } from "@/ui/state-box";
import { EditDialog } from "./edit-dialog";
import { SettingsFrame } from "./frame";

const ROLES: readonly Role[] = ["tenant_admin", "manager", "telecaller", "field_agent", "viewer"];
const PASSWORD_MIN = 12;

function UserDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const t = useT();
  const { api, queries } = useApp();
  const form = useForm({
    name: user?.name ?? "", email: user?.email ?? "", role: user?.role ?? ("telecaller" as Role), password: "", skills: user?.skills.join(", ") ?? "",
    languages: user?.languages.join(", ") ?? "en", phone: user?.phone ?? "", extension: user?.extension ?? "", active: user?.active ?? true,
  }, { key: `user/${user?.id ?? "new"}`, open: (typed) => ({ ...typed, password: "" }) });
  const { value } = form;
  const save = async (typed: typeof value): Promise<void> => {
    const lists = { skills: splitList(typed.skills), languages: splitList(typed.languages) };
    if (user) {
      const body: UpdateUser = {
        name: typed.name, role: typed.role, active: typed.active, ...lists,
        ...(typed.password ? { password: typed.password } : {}), ...(typed.phone ? { phone: typed.phone } : {}), ...(typed.extension ? { extension: typed.extension } : {}),
      };
      await api.updateUser(user.id, body);
    } else {
      await api.createUser({ name: typed.name, email: typed.email, role: typed.role, password: typed.password, phone: typed.phone || null, extension: typed.extension || null, ...lists });
    }
    await queries.invalidateQueries({ queryKey: keys.users });
  };
  const short = value.password.length < PASSWORD_MIN && (user === null || value.password !== "");
  const off = value.name.trim() === "" || value.email.trim() === "" ? t("users.need") : short ? t("users.password_help") : null;
  const text = (key: "name" | "email" | "password" | "skills" | "languages" | "phone" | "extension") => ({
    value: value[key], onChange: (event: React.ChangeEvent<HTMLInputElement>) => { form.set({ [key]: event.target.value }); }, error: form.problem(key),
  });
  return (
    <EditDialog title={user ? user.name : t("users.new")} form={form} off={off} onSave={save} onClose={onClose} wide>
      <div className="pair">
        <TextField label={t("users.name")} {...text("name")} data-testid="user-name" />
        <TextField label={t("sign_in.email")} type="email" {...text("email")} disabled={user !== null} data-testid="user-email" />
        <SelectField label={t("users.role")} value={value.role} choices={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))} help={t(`role_help.${value.role}`)} onChange={(event) => { form.set({ role: event.target.value as Role }); }} data-testid="user-role" />
        <TextField label={user ? t("users.new_password") : t("sign_in.password")} type="password" autoComplete="new-password" {...text("password")} help={t("users.password_help")} data-testid="user-password" />
        <TextField label={t("users.skills")} {...text("skills")} help={t("users.list_help")} />
        <TextField label={t("users.languages")} {...text("languages")} help={t("users.languages_help")} />
        <TextField label={t("users.phone")} type="tel" {...text("phone")} /><TextField label={t("users.extension")} {...text("extension")} />
      </div>
      {user ? <Switch label={t("users.active")} checked={value.active} onChange={(active) => { form.set({ active }); }} /> : null}
    </EditDialog>
  );
}

export function UsersPage() {
  const t = useT();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const [open, setOpen] = useState<User | "new" | null>(null);
  const pages = usePages(keys.users, (cursor) => api.users(cursor));
  return (
    <SettingsFrame title={t("settings.users")} text={t("users.text")} action={<Button tone="primary" icon="add-user" onClick={() => { setOpen("new"); }} data-testid="user-new">{t("users.new")}</Button>}>
      <Paged pages={pages} empty={<StateBox icon="users" title={t("users.none")} />}>
        {(users) => (
          <div className="table-wrap"><table className="table calls">
            <thead><tr><th>{t("users.name")}</th><th>{t("users.role")}</th><th className="hide-narrow">{t("users.skills")}</th><th className="hide-narrow">{t("users.languages")}</th><th className="hide-narrow">{t("users.seen")}</th><th><span className="sr">{t("ui.change")}</span></th></tr></thead>
            <tbody>{users.map((user) => (
              <tr key={user.id} data-testid="user-row">
                <td><span className="row"><span className="hide-narrow"><Avatar name={user.name} size="sm" /></span><span><b className="strong">{user.name}</b><br /><span className="t-12 ink-3 break">{user.email}</span></span></span></td>
                <td>{t(`role.${user.role}`)} {user.active ? null : <Badge tone="warn">{t("users.inactive")}</Badge>}</td>
                <td className="ink-2 hide-narrow">{user.skills.join(", ") || "–"}</td><td className="ink-2 hide-narrow">{user.languages.join(", ") || "–"}</td>
                <td className="ink-2 nowrap hide-narrow">{user.last_seen_at_ms === null ? t("lead.never") : when(user.last_seen_at_ms, now, locale)}</td>
                <td className="num"><Button size="sm" icon="pen" onClick={() => { setOpen(user); }} aria-label={t("ui.change_one", { name: user.name })}>{t("ui.change")}</Button></td>
              </tr>
            ))}</tbody>
          </table></div>
        )}
      </Paged>
      {open ? <UserDialog user={open === "new" ? null : open} onClose={() => { setOpen(null); }} /> : null}
    </SettingsFrame>
  );
}
