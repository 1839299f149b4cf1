import { useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import type { Disposition, SaveDisposition } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { asFailure } from "@/api/failure";
import { keys } from "@/api/keys";
import { effectText } from "@/features/desk/outcome-card";
import { problemText } from "@/i18n/server-text";
import { nameOf, outcomeLabel } from "@/lib/names";
import { localZone, toLocalInput } from "@/lib/time";
import { keysOf } from "@/state/outcome-keys";
import { Badge } from "@/ui/badge";
import { toneOf } from "./tones";

const DAY = 86_400_000;
const GROUPS = ["connected", "not_connected", "special"] as const;

/** An outcome as an agent would save it, with everything that it asks for filled in. */
export function tryInput(item: Disposition, nowMs: number, zone: string): SaveDisposition {
  const asked = item.required.filter((key) => key !== "sub_code" && key !== "notes");
  const language = item.next_action.kind === "reassign_by_language" ? ["language"] : [];
  return {
    code: item.code, notes: "-", fields: Object.fromEntries([...asked, ...language].map((key) => [key, "-"])), made_at_ms: nowMs, then: "available",
    ...(item.sub_codes[0] ? { sub_code: item.sub_codes[0].code } : {}),
    ...(item.next_action.kind === "callback" ? { callback: { local_time: `${toLocalInput(nowMs + DAY, zone).slice(0, 10)}T10:00`, zone } } : {}),
  };
}

/** What the agent sees, and what the chosen outcome brings about. The server works it out, by the rule that saving asks. */
export function OutcomePreview({ items, chosen, onChoose }: { items: readonly Disposition[]; chosen: number; onChoose: (at: number) => void }) {
  const t = useT();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const set = useDeferredValue(items);
  const item = set[chosen];
  const shown = keysOf(items);
  const minute = Math.floor(now / 60_000) * 60_000;
  const query = useQuery({
    queryKey: keys.tryDispositions(set, item?.code ?? ""), enabled: item !== undefined, retry: false,
    queryFn: () => (item ? api.tryDispositions({ dispositions: [...set], input: tryInput(item, minute, localZone()) }) : []),
  });
  const failure = query.error ? asFailure(query.error) : null;
  return (
    <section className="outcome-preview" aria-label={t("outcomes.preview")} data-testid="outcome-preview">
      <h2 className="label">{t("outcomes.preview")}</h2>
      {GROUPS.map((group) => (
        <div key={group} className="col">
          <span className="t-12 ink-3">{t(`outcome_group.${group}`)}</span>
          <div className="row wrap" role="radiogroup" aria-label={t(`outcome_group.${group}`)}>
            {items.map((each, index) => each.group === group ? (
              <button key={index} type="button" className="btn" role="radio" aria-checked={index === chosen} onClick={() => { onChoose(index); }} data-testid={`preview-${each.code}`}>
                {shown[index] ? <kbd aria-hidden="true">{shown[index]}</kbd> : null} {outcomeLabel(t, each)} <Badge tone={toneOf(each.tone).badge}>{t(toneOf(each.tone).word)}</Badge>
              </button>
            ) : null)}
          </div>
        </div>
      ))}
      {item ? (
        <div className="card sunken col">
          <h3 className="h-sec">{outcomeLabel(t, item)}</h3>
          {item.sub_codes.length > 0 ? <div className="chip-row">{item.sub_codes.map((each) => <Badge key={each.code}>{each.label}</Badge>)}</div> : null}
          {item.required.length > 0 ? <p className="t-12 ink-2">{t("outcomes.asks", { what: item.required.map((key) => nameOf(t, "field", key)).join(", ") })}</p> : null}
          <p className="t-12 ink-2" role="status" data-testid="preview-effects">
            {failure ? failure.fields.map((each) => problemText(each.problem, t)).join(" · ") || t("desk.effects_wait")
              : query.data === undefined ? t("desk.effects_wait")
                : query.data.length === 0 ? t("desk.effects_none") : t("desk.effects", { list: query.data.map((each) => effectText(each, t, now, locale)).join("; ") })}
          </p>
        </div>
      ) : null}
    </section>
  );
}
