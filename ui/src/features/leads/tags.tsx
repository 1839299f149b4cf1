import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Lead, Tag, TagId } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { may } from "@/state/rights";
import { SelectField } from "@/ui/field";
import { IconButton } from "@/ui/button";

/** The organisation's tags, by word. */
export function useTags(): Tag[] {
  const { api } = useApp();
  return useQuery({ queryKey: keys.tags, queryFn: () => api.tags() }).data ?? [];
}

/** A word with its colour; the colour is never the only sign. */
export const TagChip = ({ tag, onRemove, removeLabel }: { tag: Tag; onRemove?: (() => void) | undefined; removeLabel?: string }) => (
  <span className="tag" data-testid="tag"><i className={tag.colour} aria-hidden="true" />{tag.word}
    {onRemove ? <IconButton icon="x" size="sm" tone="plain" label={removeLabel ?? tag.word} onClick={onRemove} data-testid="tag-remove" /> : null}
  </span>
);

/** The tags of a lead in a list. */
export function TagChips({ ids }: { ids: readonly TagId[] }) {
  const tags = useTags();
  const shown = tags.filter((each) => ids.includes(each.id));
  return shown.length === 0 ? null : <span className="tags">{shown.map((each) => <TagChip key={each.id} tag={each} />)}</span>;
}

/** The tags of one lead, to give and to take. */
export function LeadTags({ lead }: { lead: Lead }) {
  const t = useT();
  const me = useMe();
  const { api, queries, fail } = useApp();
  const tags = useTags();
  const [busy, setBusy] = useState(false);
  const on = may(me.user.role, "take_calls");
  const has = tags.filter((each) => lead.tags.includes(each.id));
  const free = tags.filter((each) => !lead.tags.includes(each.id));
  const act = (what: Promise<Lead>): void => {
    setBusy(true);
    void what.then(() => Promise.all([queries.invalidateQueries({ queryKey: keys.lead(lead.id) }), queries.invalidateQueries({ queryKey: keys.leads() })]))
      .catch(fail).finally(() => { setBusy(false); });
  };
  if (tags.length === 0) return null;
  return (
    <section className="panel" aria-label={t("tags.title")} data-region="tags" data-testid="lead-tags">
      <header><h2>{t("tags.title")}</h2></header>
      <div className="body row wrap">
        {has.length === 0 ? <span className="ink-3">{t("tags.none_on_lead")}</span> : null}
        {has.map((each) => <TagChip key={each.id} tag={each} removeLabel={t("tags.take", { word: each.word })} onRemove={on ? () => { act(api.untagLead(lead.id, each.id)); } : undefined} />)}
        {on && free.length > 0 ? (
          <SelectField
            label={t("tags.give")} hideLabel className="sm" value="" disabled={busy} data-testid="tag-give"
            onChange={(event) => { if (event.target.value) act(api.tagLead(lead.id, event.target.value)); }}
            choices={[{ value: "", label: t("tags.give") }, ...free.map((each) => ({ value: each.id, label: each.word }))]}
          />
        ) : null}
      </div>
    </section>
  );
}
