import { hasKey } from "@/i18n";
import type { Translate } from "@/i18n";
import { humanise } from "./text";

/** The text of an open-ended code such as a lead field or an event, or the code itself made readable. */
export function nameOf(t: Translate, group: string, code: string): string {
  const key = `${group}.${code.replace(/^fields\./, "")}`;
  return hasKey(key) ? t(key) : humanise(code);
}
