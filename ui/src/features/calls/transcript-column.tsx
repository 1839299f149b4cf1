import { useEffect, useMemo, useRef, useState } from "react";
import type { CallIntelligence } from "@/api/generated/wire";
import type { Segment } from "@/api/generated/intelligence";
import { useLocale, useT } from "@/app-context";
import { cx } from "@/lib/cx";
import { languageName } from "@/lib/text";
import { second } from "@/lib/time";
import { Badge } from "@/ui/badge";
import { TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { StateBox } from "@/ui/state-box";
import { analysisWords } from "./badges";
import type { Hold } from "./player-bar";
import { pieces, quotesBySegment, segmentAt } from "./transcript";
import type { Player } from "./use-player";

interface Props {
  intelligence: CallIntelligence;
  player: Player;
  holds: readonly Hold[];
  names: { customer: string; agent: string };
}

function Turn({ segment, quotes, at, name, onSeek }: {
  segment: Segment; quotes: readonly string[]; at: boolean; name: string; onSeek: (s: number) => void;
}) {
  const t = useT();
  const customer = segment.speaker === "customer";
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (at) ref.current?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <div ref={ref} className={cx("turn", customer && "cust", at && "at")}>
      <div className="who">
        {name}
        <button type="button" className="stamp" onClick={() => { onSeek(segment.start_s); }} aria-label={t("transcript.play_from", { at: second(segment.start_s) })}>{second(segment.start_s)}</button>
        {at ? <Badge tone="acc">{t("transcript.now")}</Badge> : null}
      </div>
      <p>
        {pieces(segment.text, quotes).map((each, index) => each.evidence
          ? <mark key={index} className={cx(customer && "cust")}>{each.text}</mark>
          : <span key={index}>{each.text}</span>)}
      </p>
    </div>
  );
}

/** The words of the call, in step with the sound. Words that something was learned from are underlined. */
export function TranscriptColumn({ intelligence, player, holds, names }: Props) {
  const t = useT();
  const locale = useLocale();
  const [find, setFind] = useState("");
  const { transcript, analysis, status } = intelligence;
  const quotes = useMemo(() => quotesBySegment(analysis), [analysis]);
  const segments = transcript?.segments ?? [];
  const at = player.at > 0 ? segmentAt(segments, player.at) : -1;
  const wanted = find.trim().toLocaleLowerCase();
  return (
    <section className="colm" aria-label={t("transcript.title")} data-region="transcript" tabIndex={-1} data-testid="transcript">
      <header>
        <h2 className="h-sec">{t("transcript.title")}</h2>
        <span className="t-12 ink-3 trunc">{transcript ? [transcript.language && languageName(transcript.language, locale), transcript.engine].filter(Boolean).join(" · ") : ""}</span>
        <span className="push" />
        {transcript ? <TextField label={t("transcript.find")} hideLabel type="search" className="sm find-words" placeholder={t("transcript.find")} value={find} onChange={(event) => { setFind(event.target.value); }} /> : null}
      </header>
      {transcript && segments.length > 0 ? (
        <div className="script-b">
          {segments.map((each, index) => {
            if (wanted !== "" && !each.text.toLocaleLowerCase().includes(wanted)) return null;
            const before = segments[index - 1]?.start_s ?? -1;
            const hold = holds.find((h) => h.fromS > before && h.fromS <= each.start_s);
            const name = each.speaker === "customer" ? names.customer : each.speaker === "agent" ? names.agent : t("transcript.unknown");
            return (
              <div key={index}>
                {hold && wanted === "" ? <p className="row t-12 ink-3 hold-line"><Icon name="pause" size="sm" /> {t("transcript.hold", { from: second(hold.fromS), to: second(hold.toS) })}</p> : null}
                <Turn segment={each} quotes={wanted === "" ? (quotes.get(index) ?? []) : [each.text.slice(each.text.toLocaleLowerCase().indexOf(wanted), each.text.toLocaleLowerCase().indexOf(wanted) + wanted.length)]} at={index === at} name={name} onSeek={player.seek} />
              </div>
            );
          })}
        </div>
      ) : <StateBox icon="msg" title={t("transcript.none")} text={analysisWords(status, t)} testid="transcript-none" />}
    </section>
  );
}
