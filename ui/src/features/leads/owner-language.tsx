import type { Lead, UpdateLead } from "@/api/generated/wire";
import { useLocale, useMe, useT } from "@/app-context";
import { usePeople } from "@/features/settings/use-people";
import { may } from "@/state/rights";
import { SelectField } from "@/ui/field";

const LANGUAGES = ["en", "hi", "mr", "gu", "bn", "ta", "te", "kn", "ml", "pa", "ur", "ar"];

interface Props {
  lead: Lead;
  off: boolean;
  onChange: (change: UpdateLead) => void;
}

/** Who has the lead, and what the person speaks. Whose a lead is, supervisors say. */
export function OwnerAndLanguage({ lead, off, onChange }: Props) {
  const t = useT();
  const me = useMe();
  const names = new Intl.DisplayNames([useLocale()], { type: "language", fallback: "code" });
  const people = usePeople().filter((each) => each.role !== "field_agent" && each.id !== lead.owner_id);
  const languages = lead.language === null || LANGUAGES.includes(lead.language) ? LANGUAGES : [lead.language, ...LANGUAGES];
  return (
    <>
      <SelectField
        label={t("field.owner")} value={lead.owner_id ?? ""} disabled={off || !may(me.user.role, "monitor")} data-testid="lead-owner" onChange={(event) => { if (event.target.value) onChange({ owner_id: event.target.value }); }}
        choices={[{ value: lead.owner_id ?? "", label: lead.owner_name ?? t("lead.nobody") }, ...people.map((each) => ({ value: each.id, label: each.name }))]}
      />
      <SelectField
        label={t("field.language")} value={lead.language ?? ""} disabled={off} data-testid="lead-language" onChange={(event) => { onChange({ language: event.target.value }); }}
        choices={[{ value: "", label: t("lead.not_known") }, ...languages.map((value) => ({ value, label: /^[a-z]{2,3}(-|$)/i.test(value) ? names.of(value) ?? value : value }))]}
      />
    </>
  );
}
