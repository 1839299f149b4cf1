import { useQuery } from "@tanstack/react-query";
import type { CheckFigures, CheckLine, CheckVerdict } from "@/api/generated/wire";
import { keys } from "@/api/keys";
import { useApp, useLocale, useT } from "@/app-context";
import type { Translate } from "@/i18n";
import { when } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { useStore, useWhole } from "@/lib/use-store";
import { isRunning } from "@/state/device-check";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import type { IconName } from "@/ui/icon";
import { LevelBar } from "@/ui/meter";
import { Note } from "@/ui/note";
import type { NoteTone } from "@/ui/note";

export const VERDICT_ICON: Record<CheckVerdict, IconName> = { good: "check", fair: "warn", bad: "x" };
const VERDICT_CLASS: Record<CheckVerdict, string> = { good: "c-ok", fair: "c-warn", bad: "c-live" };
const VERDICT_NOTE: Record<CheckVerdict, NoteTone> = { good: "ok", fair: "warn", bad: "live" };

const db = (n: number): number => Math.round(n);

/** The figures behind a line. */
function measured({ subject }: CheckLine, figures: CheckFigures, t: Translate): string | null {
  const { microphone, speaker, echo, network, audio_loop: loop } = figures;
  if (subject === "microphone" && microphone) return t("check.fig_microphone", { speech: db(microphone.speech_dbfs), room: db(microphone.room_dbfs) });
  if (subject === "speaker" && speaker) return t("check.fig_speaker", { n: speaker.gaps });
  if (subject === "echo" && echo) return t("check.fig_echo", { heard: db(echo.heard_dbfs), left: db(echo.left_dbfs) });
  if (subject === "network" && network) {
    const trip = network.round_trip_ms === null ? "–" : String(Math.round(network.round_trip_ms));
    return t("check.fig_network", { trip, loss: Math.round(network.loss_percent * 10) / 10, jitter: Math.round(network.jitter_ms) });
  }
  if (subject === "audio_loop" && loop?.came_back) return t("check.fig_loop", { delay: Math.round(loop.delay_ms) });
  return null;
}

/** One line for each thing that was looked at: what it is, how it is, and what to do. */
export function CheckLines({ lines, figures }: { lines: readonly CheckLine[]; figures: CheckFigures }) {
  const t = useT();
  return (
    <ul className="check-lines">
      {lines.map((line) => {
        const fine = line.verdict === "good";
        const numbers = measured(line, figures, t);
        return (
          <li key={line.subject} data-testid={`check-${line.subject}`} data-verdict={line.verdict} data-finding={line.finding}>
            <span className={VERDICT_CLASS[line.verdict]}><Icon name={VERDICT_ICON[line.verdict]} /></span>
            <div className="grow">
              <b className="strong">{t(`check.${line.subject}`)}: {t(`check.is_${line.verdict}`)}</b>
              <p>{t(`check.found_${line.finding}`)}{fine ? null : <> <span className="ink-2">{t(`check.do_${line.subject}`)}</span></>}</p>
              {numbers ? <p className="t-12 ink-3">{numbers}</p> : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** Ten seconds before a shift: microphone, speaker, echo, network, and the way to the server and back. */
export function DeviceCheckCard() {
  const t = useT();
  const locale = useLocale();
  const now = useNow();
  const { api, check, phone } = useApp();
  const progress = useWhole(check.store);
  const mic = useStore(phone.levels, (each) => each.mic);
  const own = useQuery({ queryKey: keys.ownChecks, queryFn: api.deviceChecks.own });
  const running = isRunning(progress);
  const result = progress?.result ?? null;
  const last = own.data?.[0];
  return (
    <section className="card check-card" aria-labelledby="check-title" data-testid="check-card" data-phase={progress?.phase ?? "none"}>
      <div className="row between">
        <h2 className="h-sec" id="check-title">{t("check.title")}</h2>
        {check.offered ? <Button tone="primary" icon="play" busy={running} onClick={() => void check.run()} data-testid="check-run">{running ? t("check.running") : t("check.run")}</Button> : null}
      </div>
      <p className="ink-2">{check.offered ? t("check.text") : t("check.not_here")}</p>
      {running && progress ? (
        <div className="col g-2">
          <p className="t-16 strong" role="status" data-testid="check-phase">{t(`check.phase_${progress.phase}`)}</p>
          <progress value={progress.progress} max={1} aria-label={t("check.progress")} />
          {progress.phase === "speaking" ? <LevelBar dbfs={mic} label={t("device.mic_level")} /> : null}
        </div>
      ) : null}
      {progress?.phase === "stopped" ? <Note tone="warn" alert>{t("check.phase_stopped")}</Note> : null}
      {result ? (
        <>
          <Note tone={VERDICT_NOTE[result.verdict]} alert testid="check-verdict"><b className="strong">{t(`check.all_${result.verdict}`)}</b></Note>
          <CheckLines lines={result.lines} figures={result.figures} />
          <p className="t-12 ink-3">{result.stored ? t("check.stored") : t("check.not_stored")}</p>
        </>
      ) : null}
      {!result && !running && last ? (
        <>
          <p className="t-12 ink-3">{t("check.last", { when: when(last.at_ms, now, locale) })}</p>
          <CheckLines lines={last.lines} figures={last.figures} />
        </>
      ) : null}
    </section>
  );
}
