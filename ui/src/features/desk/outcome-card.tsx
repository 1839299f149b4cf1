import type { DispositionEffect } from "@/api/generated/wire";
import { useLocale, useServerNow, useT } from "@/app-context";
import type { Key, Translate } from "@/i18n";
import { nameOf, outcomeLabel } from "@/lib/names";
import { firstName, languageName } from "@/lib/text";
import { clock, fromLocalInput, localZone, nextHalfHour, sameHour, toLocalInput, weekday, when } from "@/lib/time";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Seg } from "@/ui/seg";
import { callbackState } from "@/state/desk";
import type { Outcome } from "./use-disposition";

const DAY = 86_400_000;

/** One consequence of an outcome in words. */
export function effectText(effect: DispositionEffect, t: Translate, now: number, locale: string): string {
  switch (effect.kind) {
    case "callback": return t("effect.callback", { when: when(effect.due_at_ms, now, locale), theirs: clock(effect.due_at_ms, effect.zone) });
    case "retry": return t("effect.retry", { when: when(effect.due_at_ms, now, locale) });
    case "task": return effect.due_at_ms === null
      ? t("effect.task", { text: effect.text })
      : t("effect.task_due", { text: effect.text, when: when(effect.due_at_ms, now, locale) });
    case "do_not_call": return t("effect.do_not_call");
    case "stage": return t("effect.stage", { stage: nameOf(t, "stage", effect.to) });
    case "heat": return t("effect.heat", { heat: t(`heat.${effect.to}`) });
    case "mark_invalid": return t("effect.mark_invalid");
    case "escalate": return t("effect.escalate");
    case "visit": return t("effect.visit", { when: when(effect.due_at_ms, now, locale) });
    case "nurture": return t("effect.nurture", { sequence: effect.sequence, when: when(effect.again_at_ms, now, locale) });
    case "reassign": return t("effect.reassign", { language: languageName(effect.language, locale) });
    case "leaves_retries": return t("effect.leaves_retries");
  }
}

function CallbackTime({ outcome, name }: { outcome: Outcome; name: string }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const { zone, zoneSource, draft } = outcome;
  const instant = draft.callbackTime ? fromLocalInput(draft.callbackTime, zone) : null;
  const here = localZone();
  const words = instant === null
    ? t("callback.help", { name, zone, source: nameOf(t, "zone", zoneSource) })
    : sameHour(instant, zone)
      ? t("callback.same", { when: `${weekday(instant, locale, zone)}, ${clock(instant, zone)}`, name })
      : t("callback.both", { theirs: `${weekday(instant, locale, zone)}, ${clock(instant, zone)}`, ours: `${weekday(instant, locale)}, ${clock(instant)}`, name, here });
  const state = callbackState(draft.callbackTime, { nowMs: now, zone });
  const soon: { key: Key; at: string }[] = [
    { key: "callback.in_1h", at: toLocalInput(nextHalfHour(now, 3_600_000), zone) },
    { key: "callback.tomorrow_10", at: `${toLocalInput(now + DAY, zone).slice(0, 10)}T10:00` },
    { key: "callback.tomorrow_17", at: `${toLocalInput(now + DAY, zone).slice(0, 10)}T17:00` },
  ];
  return (
    <>
    <TextField
      label={t("callback.label", { name })} type="datetime-local" value={draft.callbackTime ?? ""} data-testid="callback-time"
      min={toLocalInput(now, zone)} help={words}
      error={state === "past" || state === "never" ? t(`callback.${state}`) : outcome.missing.includes("callback") && draft.callbackTime === "" ? t("callback.missing") : null}
      placeholder="YYYY-MM-DD HH:MM"
      onChange={(event) => { outcome.change({ callbackTime: event.target.value.trim().replace(" ", "T") }); }}
    />
    <div className="row wrap" role="group" aria-label={t("callback.quick")}>
      {soon.map((each) => <Button key={each.key} size="sm" onClick={() => { outcome.change({ callbackTime: each.at }); }} data-testid={each.key.replace(".", "-")}>{t(each.key)}</Button>)}
    </div>
    </>
  );
}

/** The chosen outcome: its parts, and what will follow when it is saved. */
export function OutcomeCard({ outcome, name }: { outcome: Outcome; name: string | null }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const { chosen, draft, effects } = outcome;
  if (!chosen) return null;
  const person = name ? firstName(name) : t("desk.the_customer");
  const lacking = outcome.missing.map((key) => nameOf(t, "field", key)).join(", ");
  return (
    <div className="card sunken col outcome-card" data-testid="outcome-card">
      <div className="row wrap">
        <h2 className="h-sec">{outcomeLabel(t, chosen)}</h2>
        {outcome.suggested ? <span className="t-12 ink-2" data-testid="outcome-suggested">{t("desk.suggested")}</span> : null}
        {chosen.sub_codes.length > 0 ? (
          <span className="push" data-testid="sub-disposition">
            <Seg
              size="sm" label={t("desk.sub", { outcome: outcomeLabel(t, chosen) })} value={draft.subCode} className="wrapping"
              options={chosen.sub_codes.map((each) => ({ value: each.code, label: each.label, testid: `sub-disposition-${each.code}` }))}
              onChange={(value) => { outcome.change({ subCode: value }); }}
            />
          </span>
        ) : null}
      </div>
      {chosen.next_action.kind === "callback" ? <CallbackTime outcome={outcome} name={person} /> : null}
      {lacking !== "" ? (
        <p className="t-12 c-warn med row tight" data-testid="outcome-missing"><Icon name="warn" size="sm" /> {t("desk.missing", { what: lacking })}</p>
      ) : null}
      <p className="t-12 ink-2" data-testid="outcome-effects">
        {outcome.missing.length > 0 ? null : effects === null ? t("desk.effects_wait")
          : effects.length === 0 ? t("desk.effects_none")
            : t("desk.effects", { list: effects.map((each) => effectText(each, t, now, locale)).join("; ") })}
      </p>
    </div>
  );
}
