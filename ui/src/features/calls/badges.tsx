import type { AnalysisStatus, CallRow, RecordingState } from "@/api/generated/wire";
import { useT } from "@/app-context";
import type { Key, Translate } from "@/i18n";
import { nameOf } from "@/lib/names";
import { signed } from "@/lib/text";
import { Badge } from "@/ui/badge";
import type { Tone } from "@/ui/badge";
import { Icon } from "@/ui/icon";
import type { IconName } from "@/ui/icon";

export interface Mood {
  key: Key;
  icon: IconName;
}

/** The mood in words, from -1 to 1. */
export function moodOf(score: number): Mood {
  if (score <= -0.6) return { key: "mood.very_low", icon: "arrow-down" };
  if (score <= -0.2) return { key: "mood.low", icon: "arrow-down" };
  if (score < 0.2) return { key: "mood.even", icon: "dash" };
  return score < 0.6 ? { key: "mood.warm", icon: "arrow-up" } : { key: "mood.very_warm", icon: "arrow-up" };
}

/** `score` from -1 to 1. */
export function MoodWords({ score }: { score: number | null }) {
  const t = useT();
  if (score === null) return <span className="ink-3">–</span>;
  const mood = moodOf(score);
  return <span className="mood"><Icon name={mood.icon} size="sm" /> {t(mood.key)} {signed(score)}</span>;
}

export function RecordingBadge({ state, testid }: { state: RecordingState; testid?: string }) {
  const t = useT();
  switch (state.kind) {
    case "stored": return <Badge tone="ok" icon="check" testid={testid}>{t("recording.stored_badge")}</Badge>;
    case "not_stored": return <Badge tone="live" icon="warn" testid={testid}>{t("recording.not_stored")}</Badge>;
    case "off": return <Badge testid={testid}>{t("recording.off")}</Badge>;
    case "paused": return <Badge tone="live" icon="pause" testid={testid}>{t("recording.paused")}</Badge>;
    case "recording": return <Badge tone="acc" icon="dot" testid={testid}>{t("recording.recording")}</Badge>;
    case "storing": return <Badge tone="acc" icon="upload" testid={testid}>{t("recording.storing")}</Badge>;
  }
}

/** What the analysis does now, in words; the reason when there is none. */
export function analysisWords(status: AnalysisStatus, t: Translate): string {
  switch (status.kind) {
    case "none": return t("analysis.none", { reason: nameOf(t, "analysis_reason", status.reason) });
    case "failed": {
      const reason = nameOf(t, "analysis_reason", status.reason);
      return t("analysis.failed", { reason: status.message === "" ? reason : `${reason}: ${status.message}` });
    }
    default: return t(`analysis.${status.kind}`);
  }
}

/** Outcomes that ask for something; all others are neutral. */
const OUTCOME_TONE: Record<string, Tone> = {
  interested: "acc", callback: "warn", escalate: "live", do_not_call: "live", technical_issue: "warn", language_barrier: "warn",
};

/** The result of a call: outcome, else how it ended. */
export function ResultBadge({ row }: { row: CallRow }) {
  const t = useT();
  if (row.disposition) {
    return <Badge tone={OUTCOME_TONE[row.disposition] ?? "neutral"}>{nameOf(t, "outcome", row.disposition)}</Badge>;
  }
  if (row.status === "completed") return <Badge tone="warn" icon="pen">{t("calls.no_outcome")}</Badge>;
  const lost = row.status === "abandoned" || row.status === "failed";
  return <Badge tone={lost ? "warn" : "neutral"}>{t(`call_status.${row.status}`)}</Badge>;
}
