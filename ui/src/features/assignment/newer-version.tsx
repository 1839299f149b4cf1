import type { AssignmentRules } from "@/api/generated/wire";
import { useLocale, useServerNow, useT } from "@/app-context";
import { when } from "@/lib/time";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import type { RuleDraft } from "./use-rule-draft";

/** Somebody saved while these rules were being edited: neither is lost, and a person says which one goes on. */
export function NewerVersion({ saved, draft }: { saved: AssignmentRules; draft: RuleDraft }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  if (draft.newer) {
    return (
      <Note tone="warn" alert testid="rules-newer">
        <p><b className="strong">{t("assign.newer", { n: saved.version, name: saved.made_by ?? "", when: when(saved.made_at_ms ?? now, now, locale) })}</b> {t("assign.newer_text", { n: draft.form.value.version })}</p>
        <div className="row wrap">
          <Button size="sm" onClick={draft.keepMine} data-testid="rules-keep-mine">{t("assign.keep_mine")}</Button>
          <Button size="sm" onClick={draft.takeTheirs} data-testid="rules-take-theirs">{t("assign.take_theirs", { n: saved.version })}</Button>
        </div>
      </Note>
    );
  }
  return draft.aside ? (
    <Note testid="rules-aside">
      <p>{t("assign.aside", { n: saved.version })}</p>
      <Button size="sm" icon="undo" onClick={draft.backToMine} data-testid="rules-back-to-mine">{t("assign.back_to_mine")}</Button>
    </Note>
  ) : null;
}
