import { Link } from "@tanstack/react-router";
import type { CallOutcomeBrief, LeadCard } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { nameOf, outcomeLabel } from "@/lib/names";
import { clock, clockSeconds, sameHour, span, when } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import { NOTES_MAX, fieldValue } from "@/state/desk";
import type { DeskCall } from "@/state/desk";
import type { SaveState } from "@/state/autosave";
import { Badge } from "@/ui/badge";
import { AreaField, TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/note";
import { OutcomeCard } from "./outcome-card";
import type { Outcome } from "./use-disposition";
import type { DeskData } from "./use-desk-data";

function Head({ card }: { card: LeadCard }) {
  const t = useT();
  const me = useMe();
  const now = useServerNow();
  const { lead } = card;
  return (
    <div className="row wrap head">
      <Badge tone="acc" icon="target">{nameOf(t, "stage", lead.stage)}</Badge>
      <span className="ink-2">{t("lead.owner")} <b className="strong">{lead.owner_id === me.user.id ? t("lead.you") : (lead.owner_name ?? t("lead.nobody"))}</b></span>
      <span className="ink-3">·</span>
      <span className="ink-2">
        <Icon name="clock" size="sm" /> <b className="strong">{clock(now, lead.zone)}</b> {t(sameHour(now, lead.zone) ? "lead.time_as_here" : "lead.time_there")}{" "}
        <span className="ink-3">({t("lead.by", { source: nameOf(t, "zone", lead.zone_source) })})</span>
      </span>
      {lead.do_not_call ? <Badge tone="live" icon="stop">{t("lead.do_not_call")}</Badge> : null}
      <span className="push" />
      <Link className="btn sm" to="/leads/$leadId" params={{ leadId: lead.id }}><Icon name="expand" size="sm" /> {t("lead.full")}</Link>
    </div>
  );
}

function Promises({ card }: { card: LeadCard }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const callback = card.next_callback;
  if (card.promises.length === 0 && !callback) return null;
  return (
    <div className="promise">
      {card.promises.slice(0, 2).map((each) => (
        <Note key={each.id} tone="acc" icon="flag">
          <p className="strong">{t("ring.promised", { text: each.text })}</p>
          <p className="t-12 ink-2">{each.due_at_ms === null ? t("lead.no_date") : t("ring.due", { when: when(each.due_at_ms, now, locale) })}</p>
        </Note>
      ))}
      {callback ? (
        <Note icon="callback">
          <p className="strong">{t("lead.callback", { when: when(callback.due_at_ms, now, locale) })}</p>
          <p className="t-12 ink-2">{t("lead.callback_theirs", { time: clock(callback.due_at_ms, callback.zone) })}</p>
        </Note>
      ) : null}
    </div>
  );
}

/** Words for how something typed stands. */
export function SavedWords({ state }: { state: SaveState | undefined }) {
  const t = useT();
  if (!state) return null;
  switch (state.kind) {
    case "typing":
    case "saving": return <>{t("save.saving")}</>;
    case "saved": return <>{t("save.saved", { time: clockSeconds(state.atMs) })}</>;
    case "kept": return <span className="c-warn">{t("save.kept")}</span>;
    case "refused": return <span className="c-warn">{t("save.refused")}</span>;
  }
}

function ToFindOut({ data, outcome }: { data: DeskData; outcome: Outcome }) {
  const t = useT();
  const { desk } = useApp();
  const states = useStore(desk.fields.store, (each) => each);
  const wanted = [...new Set(data.script.flatMap((step) => step.fields))];
  const extra = (outcome.chosen?.required ?? []).filter((key) => !wanted.includes(key) && key !== "sub_code" && key !== "notes" && key !== "callback");
  const all = [...wanted, ...extra];
  if (all.length === 0) return null;
  const known = all.filter((key) => fieldValue(key, outcome.draft, data.lead) !== "").length;
  return (
    <div className="col g-3">
      <div className="row between">
        <h2 className="h-sec">{t("desk.find_out")} <span className="n">· {t("desk.find_out_n", { known, all: all.length })}</span></h2>
        <span className="t-12 ink-3"><Icon name="check" size="sm" /> {t("desk.saved_as_typed")}</span>
      </div>
      <div className="now">
        {all.map((key, index) => {
          const value = fieldValue(key, outcome.draft, data.lead);
          const state = data.leadId ? states[`${data.leadId}/${key}`] : undefined;
          const lacking = outcome.missing.includes(key);
          return (
            <TextField
              key={key} label={`${index + 1} ${nameOf(t, "field", key)}`} value={value} maxLength={200} data-testid={`find-${key}`}
              known={value !== ""}
              error={lacking && outcome.chosen ? t("desk.needed", { outcome: outcomeLabel(t, outcome.chosen) }) : null}
              aside={<span className="t-11 ink-3"><SavedWords state={state} /></span>}
              onChange={(event) => { outcome.typeField(key, event.target.value); }}
            />
          );
        })}
      </div>
    </div>
  );
}

function Notes({ deskCall, outcome }: { deskCall: DeskCall; outcome: Outcome }) {
  const t = useT();
  const { desk } = useApp();
  const state = useStore(desk.notes.store, (each) => each[deskCall.id]);
  const length = [...outcome.draft.notes].length;
  return (
    <div className="notes grow">
      <AreaField
        label={<span className="h-sec">{t("desk.notes")}</span>} value={outcome.draft.notes} data-testid="notes"
        maxLength={NOTES_MAX} placeholder={t("desk.notes_hint")}
        error={outcome.missing.includes("notes") && outcome.chosen ? t("desk.needed", { outcome: outcomeLabel(t, outcome.chosen) }) : null}
        aside={<span className="t-12 ink-3" data-testid="notes-state"><SavedWords state={state} /> {state ? "· " : ""}{t("desk.of_500", { n: length })}</span>}
        onChange={(event) => { outcome.change({ notes: event.target.value }); }}
        onBlur={() => void desk.notes.flushKey(deskCall.id)}
      />
    </div>
  );
}

function LastCall({ brief }: { brief: CallOutcomeBrief }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  return (
    <tr>
      <td className="ink-3 when">{when(brief.at_ms, now, locale)}</td>
      <td>
        <Icon name="phone" size="sm" />{" "}
        <b className="strong">{brief.talk_s > 0 ? t("lead.call_line", { time: span(brief.talk_s * 1000), name: brief.agent_name ?? t("lead.nobody") }) : t(`call_status.${brief.status}`)}</b>
        {brief.disposition && brief.disposition !== brief.status ? ` · ${nameOf(t, "outcome", brief.disposition)}` : ""}{brief.summary ? `, ${brief.summary}` : ""}
      </td>
      <td className="num"><Link className="t-12" to="/calls/$callId" params={{ callId: brief.call_id }}>{t("ui.open")}</Link></td>
    </tr>
  );
}

export function LastCalls({ card }: { card: LeadCard }) {
  const t = useT();
  return (
    <div className="col g-1">
      <div className="row between">
        <h2 className="h-sec">{t("lead.last_calls")} <span className="n">{t("lead.of", { n: card.calls_total })}</span></h2>
        <Link className="t-12" to="/calls" search={{ lead_id: card.lead.id }}>{t("lead.history")}</Link>
      </div>
      {card.recent_calls.length === 0 ? <p className="ink-3">{t("lead.no_calls")}</p> : (
        <table className="table hist"><tbody>{card.recent_calls.map((each) => <LastCall key={each.call_id} brief={each} />)}</tbody></table>
      )}
    </div>
  );
}

/** Who, promises, what to find out, notes, the chosen outcome, history last. */
export function LeadColumn({ deskCall, data, outcome }: { deskCall: DeskCall; data: DeskData; outcome: Outcome }) {
  const t = useT();
  return (
    <section className="c-lead" aria-label={t("desk.lead")} data-region="lead" tabIndex={-1}>
      {data.card ? <><Head card={data.card} /><Promises card={data.card} /></> : <Note>{t("desk.no_lead")}</Note>}
      <ToFindOut data={data} outcome={outcome} />
      <Notes deskCall={deskCall} outcome={outcome} />
      <OutcomeCard outcome={outcome} name={data.name} />
      {data.card ? <LastCalls card={data.card} /> : null}
    </section>
  );
}
