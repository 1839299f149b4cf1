import type { LegSound, LiveCall } from "@/api/generated/wire";
import { useT } from "@/app-context";
import type { Translate } from "@/i18n";
import { sentence } from "@/lib/text";
import { MOS_WEAK } from "@/state/monitor";
import { Cord } from "@/ui/cord";
import type { Stretch } from "@/ui/cord";
import { Icon } from "@/ui/icon";
import { LegTable } from "./leg-table";

export function stretchOf(sound: LegSound | null, silent: boolean): Stretch {
  if (silent) return "silent";
  if (!sound) return "none";
  return sound.mos < MOS_WEAK ? "weak" : "good";
}

const figure = (sound: LegSound | null, stretch: Stretch, t: Translate): string =>
  stretch === "silent" || !sound ? t(`sound.${stretch}`) : `${sound.mos.toFixed(1)} ${t(`sound.${stretch}`)}`;

/** From which share of lost words on the agent is told what to do. */
const LOSS_TOLD = 0.02;

function advice(call: LiveCall, customer: string, t: Translate): string | null {
  if (call.silent_side === "customer") return t("sound.advice_silent", { name: customer });
  if (call.silent_side === "agent") return t("sound.advice_silent_you");
  if (call.sound_cause) return t(`cause.${call.sound_cause.cause}`, { name: customer, agent: t("sound.you") });
  const theirs = call.customer_sound;
  if (theirs && theirs.loss >= LOSS_TOLD) {
    return t("sound.advice_loss", { p: Math.round(theirs.loss * 100), name: customer });
  }
  if (call.agent_sound && call.agent_sound.loss >= LOSS_TOLD) {
    return t("sound.advice_loss_you", { p: Math.round(call.agent_sound.loss * 100) });
  }
  return null;
}

/** How both sides sound: a cord, figures and words, and what to do about it. */
export function SoundPanel({ call, customer }: { call: LiveCall; customer: string }) {
  const t = useT();
  const mine = stretchOf(call.agent_sound, call.silent_side === "agent");
  const theirs = stretchOf(call.customer_sound, call.silent_side === "customer");
  const own = figure(call.agent_sound, mine, t);
  const other = figure(call.customer_sound, theirs, t);
  const told = advice(call, customer, t);
  const trouble = theirs === "weak" || theirs === "silent" ? customer : mine === "weak" || mine === "silent" ? t("sound.you") : null;
  return (
    <div className="col">
      <div className="row between">
        <h2 className="h-sec">{t("sound.title")}</h2>
        {trouble ? (
          <span className="row tight t-12">
            <span className="c-warn"><Icon name="warn" size="sm" /></span> <span className="med">{t("sound.trouble", { name: trouble })}</span>
          </span>
        ) : null}
      </div>
      <Cord agent={mine} customer={theirs} label={t("sound.label", { you: own, name: customer, them: other })} />
      <div className="row between t-12">
        <span data-testid="sound-agent" data-sound={mine}><b className="strong">{t("sound.you")}</b> {own}</span>
        <span data-testid="sound-customer" data-sound={theirs}><b className="strong">{sentence(customer)}</b> {other}</span>
      </div>
      <p className="t-12 ink-2 advice" role="status" data-testid="sound-cause" data-cause={call.sound_cause?.cause ?? ""}>{told}</p>
      <details className="t-12 sound-figures">
        <summary>{t("fig.show")}{call.mouth_to_ear_ms === null ? null : ` · ${t("fig.mouth_to_ear", { n: Math.round(call.mouth_to_ear_ms) })}`}</summary>
        <LegTable call={call} agent={t("sound.you")} device={t("fig.side_device")} customer={sentence(customer)} />
      </details>
    </div>
  );
}
