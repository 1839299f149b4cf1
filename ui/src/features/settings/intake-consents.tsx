import type { ConsentChannel, ConsentRule } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { Button, IconButton } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";

const CHANNELS: readonly ConsentChannel[] = ["call", "sms", "whatsapp", "email"];

interface Props {
  rules: readonly ConsentRule[];
  error: string | null;
  onChange: (rules: ConsentRule[]) => void;
}

/** By which fields of the form people agree to be contacted. */
export function IntakeConsents({ rules, error, onChange }: Props) {
  const t = useT();
  const put = (n: number, part: Partial<ConsentRule>): void => { onChange(rules.map((each, at) => (at === n ? { ...each, ...part } : each))); };
  return (
    <fieldset className="col g-2" data-testid="intake-consents">
      <legend className="label">{t("intake.consents")}</legend>
      <p className="t-12 ink-2">{t("intake.consents_text")}</p>
      {rules.map((rule, n) => (
        <div key={n} className="row" data-testid="intake-consent">
          <TextField label={t("intake.field_n", { n: n + 1 })} hideLabel className="sm" maxLength={200} value={rule.field} onChange={(event) => { put(n, { field: event.target.value }); }} />
          <SelectField label={t("consent.channel")} hideLabel className="sm" value={rule.channel} choices={CHANNELS.map((value) => ({ value, label: t(`consent_channel.${value}`) }))} onChange={(event) => { const channel = CHANNELS.find((each) => each === event.target.value); if (channel) put(n, { channel }); }} />
          <TextField label={t("consent.purpose")} hideLabel className="sm" maxLength={40} value={rule.purpose} onChange={(event) => { put(n, { purpose: event.target.value }); }} />
          <IconButton icon="trash" size="sm" label={t("intake.rule_remove", { field: rule.field })} onClick={() => { onChange(rules.filter((_, at) => at !== n)); }} />
        </div>
      ))}
      {error === null ? null : <p className="error" role="alert">{error}</p>}
      <div><Button size="sm" icon="plus" onClick={() => { onChange([...rules, { field: "", channel: "call", purpose: "marketing" }]); }} data-testid="intake-consent-add">{t("intake.rule_add")}</Button></div>
    </fieldset>
  );
}
