import { useState } from "react";
import type { CallIntelligence } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { beyond } from "@/lib/text";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";
import { Changes } from "./changes";
import { Findings, NoAnalysis } from "./findings";
import { Proposals } from "./proposals";

interface Props {
  intelligence: CallIntelligence;
  onSeek: (s: number) => void;
}

/** What the call was about: each finding with its words, second, engine and confidence; what changed on the lead. */
export function LearnedColumn({ intelligence, onSeek }: Props) {
  const t = useT();
  const { api, queries, fail } = useApp();
  const [asked, setAsked] = useState(false);
  const { analysis, call_id: callId } = intelligence;
  const more = analysis ? beyond(analysis.summary_detailed, analysis.summary_short) : "";
  const again = (): void => {
    setAsked(true);
    void api.reprocess(callId).then(() => queries.invalidateQueries({ queryKey: keys.call(callId) })).catch(fail).finally(() => { setAsked(false); });
  };
  return (
    <section className="colm" aria-label={t("learned.title")} data-region="learned" tabIndex={-1}>
      <header>
        <h2 className="h-sec">{t("learned.title")}</h2>
        <span className="t-12 ink-3 trunc">{analysis ? t("learned.by", { engine: analysis.engine.name, version: analysis.engine.version }) : ""}</span>
        <Button size="sm" tone="quiet" className="push" icon="refresh" busy={asked} onClick={again} data-testid="run-again">{t("learned.again")}</Button>
      </header>
      {analysis ? (
        <>
          <div className="summary-b" data-testid="summary"><p>{analysis.summary_short}</p>{more === "" ? null : <p className="ink-2">{more}</p>}</div>
          {analysis.hot_lead.hot ? <div className="pad"><Note tone="live" icon="star" testid="hot-lead"><b className="strong">{t("learned.hot")}</b> {analysis.hot_lead.why.map((each) => nameOf(t, "reason", each)).join(", ")}</Note></div> : null}
          <Findings analysis={analysis} onSeek={onSeek} />
          {analysis.key_topics.length > 0 ? <div className="pad chip-row">{analysis.key_topics.map((each) => <Badge key={each}>{each}</Badge>)}</div> : null}
        </>
      ) : <NoAnalysis intelligence={intelligence} />}
      <Proposals intelligence={intelligence} onSeek={onSeek} />
      <Changes callId={callId} changes={intelligence.changes} />
    </section>
  );
}
