import type { Objection } from "@/api/generated/wire";
import { hindranceWords } from "@/features/queue/words";
import type { WordContext } from "@/features/queue/words";

/** Why nobody may call this person. */
export function noCallText(objection: Objection, words: WordContext): string {
  switch (objection.kind) {
    case "marked": return words.t("lead.dnc_note");
    case "listed": return objection.until_ms === null ? words.t("lead.dnc_note") : hindranceWords({ kind: "do_not_call", until_ms: objection.until_ms }, words);
    case "in_registry": return hindranceWords({ kind: "in_registry", until_ms: objection.until_ms }, words);
    case "registry_unknown": return words.t("error.registry_unknown.title");
    case "withdrawn": return hindranceWords({ kind: "consent_withdrawn", purpose: objection.purpose }, words);
  }
}
