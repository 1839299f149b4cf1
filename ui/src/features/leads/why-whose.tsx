import { useQuery } from "@tanstack/react-query";
import type { LeadId } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { whyGiven } from "@/features/assignment/why-given";
import { when } from "@/lib/time";
import { useCampaigns } from "@/lib/use-campaigns";
import { Loaded } from "@/ui/loaded";

/** Why the lead is whose it is: one sentence for each time it was given, the newest first. */
export function WhyWhose({ leadId }: { leadId: LeadId }) {
  const t = useT();
  const locale = useLocale();
  const campaigns = useCampaigns();
  const now = useServerNow();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.assignments(leadId), queryFn: () => api.assignments(leadId) });
  return (
    <section className="panel" aria-label={t("assign.why")} data-region="why-whose" data-testid="why-whose">
      <header><h2>{t("assign.why")}</h2></header>
      <Loaded query={query} rows={2}>
        {({ items }) => items.length === 0 ? <p className="body ink-2">{t("assign.why_none")}</p> : (
          <ul>{items.map((each) => (
            <li key={each.id} className="line top" data-testid="why-whose-line">
              <span className="grow">{whyGiven(each.reason, { t, locale, campaigns })}
                <span className="t-12 ink-3 block">{[each.by === null || each.cause === "person" ? null : t("assign.by_person", { name: each.by }), when(each.at_ms, now, locale)].filter(Boolean).join(", ")}</span></span>
            </li>
          ))}</ul>
        )}
      </Loaded>
    </section>
  );
}
