import type { AssignmentRule, AssignmentWarning } from "@/api/generated/wire";
import { useT } from "@/app-context";
import type { Translate } from "@/i18n";
import { Note } from "@/ui/note";

export function warningWords(warning: AssignmentWarning, rules: readonly AssignmentRule[], t: Translate): string {
  const name = (at: number): string => rules[at]?.name ?? String(at + 1);
  switch (warning.kind) {
    case "nobody": return t("assign.warn_nobody", { rule: name(warning.rule) });
    case "left_agents": return t("assign.warn_left", { rule: name(warning.rule), n: warning.count });
    case "never_reached": return t("assign.warn_never", { rule: name(warning.rule), other: name(warning.because_of) });
    case "no_sources": return t("assign.warn_sources", { rule: name(warning.rule) });
    case "no_fallback": return t("assign.warn_fallback");
    case "only_one_agent": return t("assign.warn_one");
  }
}

/** What the rules will not do as one may think. */
export function Warnings({ warnings, rules }: { warnings: readonly AssignmentWarning[]; rules: readonly AssignmentRule[] }) {
  const t = useT();
  return warnings.length === 0 ? null : (
    <Note tone="warn" testid="assign-warnings"><ul>{warnings.map((each, index) => <li key={index}>{warningWords(each, rules, t)}</li>)}</ul></Note>
  );
}
