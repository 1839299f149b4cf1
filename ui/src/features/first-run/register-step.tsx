import type { SyntheticEvent } from "react";
import { useApp, useT } from "@/app-context";
import { localZone } from "@/lib/time";
import { useForm } from "@/lib/use-form";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";

const COUNTRIES = ["IN", "US", "GB", "AE", "SG", "AU", "CA", "DE", "NP", "BD", "LK"];

/** The zones that this computer knows, its own first. */
function zones(): string[] {
  const own = localZone();
  return [own, ...Intl.supportedValuesOf("timeZone").filter((each) => each !== own)];
}

/** Makes the workplace and its first admin. */
export function RegisterStep() {
  const t = useT();
  const { session, platform, prefs } = useApp();
  const form = useForm({ tenant_name: "", country: "IN", zone: localZone(), name: "", email: "", password: "" });
  const { value } = form;
  const names = new Intl.DisplayNames([prefs.get().locale], { type: "region" });
  const short = value.password.length > 0 && value.password.length < 12;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!form.busy) void form.run((typed) => session.register({ ...typed, device: platform.kind === "desktop" ? "desktop" : "browser" }));
  };
  const text = (key: "tenant_name" | "name" | "email" | "password") => ({
    value: value[key], error: form.problem(key), required: true, onChange: (event: React.ChangeEvent<HTMLInputElement>) => { form.set({ [key]: event.target.value }); }, "data-testid": `register-${key}`,
  });
  return (
    <form className="form" onSubmit={submit}>
      <TextField label={t("register.tenant")} autoComplete="organization" maxLength={100} {...text("tenant_name")} />
      <div className="pair">
        <SelectField label={t("register.country")} value={value.country} choices={COUNTRIES.map((code) => ({ value: code, label: names.of(code) ?? code }))} help={t("register.country_help")} onChange={(event) => { form.set({ country: event.target.value }); }} />
        <SelectField label={t("register.zone")} value={value.zone} choices={zones().map((each) => ({ value: each, label: each.replaceAll("_", " ") }))} onChange={(event) => { form.set({ zone: event.target.value }); }} />
        <TextField label={t("register.name")} autoComplete="name" {...text("name")} />
        <TextField label={t("sign_in.email")} type="email" autoComplete="username" {...text("email")} />
      </div>
      <TextField label={t("sign_in.password")} type="password" autoComplete="new-password" minLength={12} {...text("password")} help={t("users.password_help")} error={form.problem("password") ?? (short ? t("register.short", { n: 12 - value.password.length }) : null)} />
      <FormFailure failure={form.failure} />
      <div><Button tone="primary" size="lg" type="submit" busy={form.busy} data-testid="register-submit">{form.busy ? t("register.busy") : t("register.go")}</Button></div>
    </form>
  );
}
