import { catalogues, hasKey } from "@/i18n";
import type { Translate } from "@/i18n";
import { humanise } from "./text";

/** An outcome's label: in the user's language while it is the default one, as written when somebody changed it. */
export function outcomeLabel(t: Translate, item: { code: string; label: string }): string {
  const key = `outcome.${item.code}`;
  return hasKey(key) && catalogues.en[key] === item.label ? t(key) : item.label;
}

/** The text of an open-ended code such as a lead field or an event, or the code itself made readable. */
export function nameOf(t: Translate, group: string, code: string): string {
  const key = `${group}.${code.replace(/^fields\./, "")}`;
  return hasKey(key) ? t(key) : humanise(code);
}
