import { useState } from "react";
import type { CallIntelligence } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { Button } from "@/ui/button";
import { Confidence, Quote } from "./findings";

/** Values that would replace what a person entered: written only when somebody accepts. */
export function Proposals({ intelligence, onSeek }: { intelligence: CallIntelligence; onSeek: (s: number) => void }) {
  const t = useT();
  const { api, queries, fail } = useApp();
  const [left, setLeft] = useState<readonly string[]>([]);
  const callId = intelligence.call_id;
  const open = intelligence.proposals.filter((each) => !left.includes(each.field));
  if (open.length === 0) return null;
  const leave = (field: string): void => { setLeft((now) => [...now, field]); };
  const accept = (field: string): void => void api.acceptProposal(callId, field).then(() => {
    leave(field);
    return queries.invalidateQueries({ queryKey: keys.call(callId) });
  }).catch(fail);
  return (
    <div data-testid="proposals">
      <header className="sub-head"><h2 className="h-sec">{t("proposal.title")}</h2><span className="t-12 ink-3">{t("proposal.sub")}</span></header>
      {open.map((each) => (
        <div key={each.field} className="chg" data-testid={`proposal-${each.field}`}>
          <div>
            <p><span className="ink-3">{nameOf(t, "field", each.field)}</span> <s>{each.current ?? t("lead.not_known")}</s> → <b className="strong">{each.proposed}</b></p>
            <Quote quote={each.quote} atS={each.at_s} onSeek={onSeek} />
            <p className="row"><Confidence value={each.confidence} /></p>
          </div>
          <div className="col g-1">
            <Button size="sm" tone="primary" onClick={() => { accept(each.field); }} data-testid={`accept-${each.field}`}>{t("proposal.accept")}</Button>
            <Button size="sm" tone="plain" onClick={() => { leave(each.field); }}>{t("proposal.leave")}</Button>
          </div>
        </div>
      ))}
    </div>
  );
}
