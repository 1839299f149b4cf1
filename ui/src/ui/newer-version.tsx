import { useLocale, useServerNow, useT } from "@/app-context";
import { when } from "@/lib/time";
import type { VersionedDraft } from "@/lib/use-versioned-draft";
import { Button } from "./button";
import { Note } from "./note";

interface Props {
  /** As somebody has saved it. */
  saved: { version: number; made_by: string | null; made_at_ms: number | null };
  draft: VersionedDraft<{ version: number | null }>;
}

/** Somebody saved while this was being edited: neither is lost, and a person says which one goes on. */
export function NewerVersion({ saved, draft }: Props) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  if (draft.newer) {
    return (
      <Note tone="warn" alert testid="draft-newer">
        <p><b className="strong">{t("draft.newer", { n: saved.version, name: saved.made_by ?? "", when: when(saved.made_at_ms ?? now, now, locale) })}</b> {t("draft.newer_text", { n: draft.form.value.version ?? 0 })}</p>
        <div className="row wrap">
          <Button size="sm" onClick={draft.keepMine} data-testid="draft-keep-mine">{t("draft.keep_mine")}</Button>
          <Button size="sm" onClick={draft.takeTheirs} data-testid="draft-take-theirs">{t("draft.take_theirs", { n: saved.version })}</Button>
        </div>
      </Note>
    );
  }
  return draft.aside ? (
    <Note testid="draft-aside">
      <p>{t("draft.aside", { n: saved.version })}</p>
      <Button size="sm" icon="undo" onClick={draft.backToMine} data-testid="draft-back-to-mine">{t("draft.back_to_mine")}</Button>
    </Note>
  ) : null;
}
