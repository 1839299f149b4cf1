import { useNavigate, Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { CallOutcomeBrief, LeadCard } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { Loaded } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";
import { Findings, NoAnalysis } from "./findings";

/** The call to learn from: the newest that was analysed, else the newest with talk, whose state is then told. */
export const callToLearnFrom = (calls: readonly CallOutcomeBrief[]): CallOutcomeBrief | null =>
  calls.find((each) => each.summary !== null) ?? calls.find((each) => each.talk_s > 0) ?? null;

function Learned({ brief }: { brief: CallOutcomeBrief }) {
  const { api } = useApp();
  const navigate = useNavigate();
  const query = useQuery({ queryKey: keys.intelligence(brief.call_id), queryFn: () => api.intelligence(brief.call_id) });
  const seek = (s: number): void => void navigate({ to: "/calls/$callId", params: { callId: brief.call_id }, search: { at: String(Math.floor(s)) } });
  return (
    <Loaded query={query} rows={5}>
      {(intelligence) => intelligence.analysis ? (
        <>
          <p className="read pad" data-testid="summary">{intelligence.analysis.summary_short}</p>
          <Findings analysis={intelligence.analysis} onSeek={seek} />
        </>
      ) : <NoAnalysis intelligence={intelligence} />}
    </Loaded>
  );
}

interface Props {
  card: LeadCard;
  title: string;
  /** A part of the page of its own, where F6 stops; on the desk it belongs to the help column. */
  region?: boolean;
}

/** What the last analysed call taught about this person. A second leads into the recording. */
export function LearnedLast({ card, title, region }: Props) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const brief = callToLearnFrom(card.recent_calls);
  return (
    <section className="panel learned-last" aria-label={title} {...(region ? { "data-region": "learned" } : {})} data-testid="learned-last">
      <header>
        <h2>{title}</h2>
        {brief ? <Link className="t-12 push" to="/calls/$callId" params={{ callId: brief.call_id }}>{when(brief.at_ms, now, locale)}</Link> : null}
      </header>
      {brief ? <Learned brief={brief} /> : <StateBox icon="quote" title={t("learned.nothing")} text={t("learned.no_call")} />}
    </section>
  );
}
