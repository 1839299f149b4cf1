import { useState } from "react";
import type { Candidate, RoutingDecision } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { hasKey } from "@/i18n";
import type { Translate } from "@/i18n";
import { whyText } from "@/i18n/server-text";
import { nameOf } from "@/lib/names";
import { firstName } from "@/lib/text";
import { Icon } from "@/ui/icon";

const FIRST = 4;

/** Chosen first, then by score, then those who were passed over. */
export function ranked(decision: RoutingDecision): Candidate[] {
  const place = (each: Candidate): number => (each.user_id === decision.chosen ? 0 : each.passed_over === null ? 1 : 2);
  return [...decision.candidates].sort((a, b) => place(a) - place(b) || (b.score ?? -1) - (a.score ?? -1) || a.name.localeCompare(b.name));
}

/** A part of a score, `idle 16`, with its word translated. */
export function partWords(part: string, t: Translate): string {
  const [name = "", ...points] = part.split(" ");
  return [hasKey(`part.${name}`) ? nameOf(t, "part", name) : name.replaceAll("_", " "), ...points].join(" ");
}

/** Why the call went where it went, with everyone who was considered. */
export function WhyCard({ decision }: { decision: RoutingDecision | null }) {
  const t = useT();
  const [all, setAll] = useState(false);
  if (!decision) {
    return <div className="panel" data-testid="why"><header><h2><Icon name="cord" /> {t("why.title_none")}</h2></header><div className="body ink-2">{t("why.none")}</div></div>;
  }
  const list = ranked(decision);
  const chosen = list.find((each) => each.user_id === decision.chosen);
  const shown = all ? list : list.slice(0, FIRST);
  return (
    <div className="panel" data-testid="why">
      <header><h2><Icon name="cord" /> {chosen ? t("why.title", { name: firstName(chosen.name) }) : t("why.title_none")}</h2></header>
      <div className="body">
        <p><b className="strong">{whyText(decision.sentence, t)}</b> <span className="ink-2">{t("why.rule", { rule: nameOf(t, "strategy", decision.rule), version: decision.rule_version, n: list.length, ms: Math.max(1, Math.round(decision.took_us / 1000)) })}</span></p>
        <table className="table why">
          <thead className="sr"><tr><th>{t("why.agent")}</th><th>{t("why.score")}</th><th>{t("why.reason")}</th></tr></thead>
          <tbody>
            {shown.map((each) => {
              const mine = each.user_id === decision.chosen;
              return (
                <tr key={each.user_id}>
                  <td className={mine ? "strong" : undefined}>{each.name}</td>
                  <td className={mine ? "num strong" : "num"}>{each.score === null ? "–" : Math.round(each.score)}</td>
                  <td className={mine ? undefined : "ink-2"}>{mine ? <Icon name="check" size="sm" /> : null} {each.passed_over ? nameOf(t, "passed", each.passed_over) : each.parts.map((part) => partWords(part, t)).join(", ")}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {list.length > FIRST ? <button type="button" className="link t-12" onClick={() => { setAll(!all); }}>{all ? t("why.fewer") : t("why.more", { n: list.length - FIRST })}</button> : null}
      </div>
    </div>
  );
}
