import { useNavigate, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeadCard, LeadChange, Task, UpdateLead } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { ChangeRow } from "@/features/calls/changes";
import { LearnedLast } from "@/features/calls/learned-last";
import { LastCalls, SavedWords } from "@/features/desk/lead-column";
import { nameOf } from "@/lib/names";
import { clock, when } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import { STAGES } from "@/state/board";
import { may } from "@/state/rights";
import { Badge, HeatMark } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { StateBox } from "@/ui/state-box";
import { Consents } from "./consents";
import { Duplicates } from "./duplicates";
import { LeadFiles } from "./files";
import { noCallText } from "./no-call";
import { LeadNotes } from "./notes";
import { OwnerAndLanguage } from "./owner-language";
import { LeadTags } from "./tags";
import { WhyWhose } from "./why-whose";

/** A field that is saved as it is typed, at once when it is left. What the server does not have yet is shown, not lost. */
function EditField({ leadId, name, label, value, off }: { leadId: string; name: string; label: string; value: string; off: boolean }) {
  const { desk } = useApp();
  const at = `${leadId}/${name}`;
  const state = useStore(desk.fields.store, (each) => each[at]);
  const [typed, setTyped] = useState<{ text: string; over: string } | null>(() => {
    const text = desk.fields.unsaved(at);
    return text === undefined ? null : { text, over: value };
  });
  // Once it is saved, the server's value is shown again as soon as it has been read.
  const shown = typed !== null && (state?.kind !== "saved" || value === typed.over) ? typed.text : value;
  return (
    <TextField
      label={label} value={shown} disabled={off} maxLength={200} data-testid={`lead-${name}`}
      aside={<span className="t-11 ink-3"><SavedWords state={state} /></span>}
      onChange={(event) => {
        setTyped({ text: event.target.value, over: value });
        desk.typeLead(leadId, name, event.target.value);
      }}
      onBlur={() => void desk.fields.flushKey(at)}
      onKeyDown={(event) => { if (event.key === "Enter") void desk.fields.flushKey(at); }}
    />
  );
}

function Facts({ card }: { card: LeadCard }) {
  const t = useT();
  const me = useMe();
  const { api, queries, fail, toasts } = useApp();
  const { lead } = card;
  const off = !may(me.user.role, "edit_leads");
  const save = (change: UpdateLead): void => void api.updateLead(lead.id, change)
    .then(() => queries.invalidateQueries({ queryKey: keys.lead(lead.id) }))
    .then(() => { toasts.show({ tone: "ok", title: t("ui.saved"), text: null, stays: false }); }).catch(fail);
  const stages = STAGES.includes(lead.stage) ? STAGES : [lead.stage, ...STAGES];
  const known = ["budget", "bedrooms", "preferred_location", "timeline", "financing", "decision_maker"];
  const fields = [...new Set([...known, ...Object.keys(lead.fields)])];
  return (
    <section className="panel" aria-label={t("lead.facts")} data-region="facts" data-testid="lead-fields">
      <header><h2>{t("lead.facts")}</h2><span className="push t-12 ink-3">{t("desk.saved_as_typed")}</span></header>
      <div className="body pair">
        <EditField leadId={lead.id} name="name" label={t("leads.col_name")} value={lead.name} off={off} />
        <EditField leadId={lead.id} name="email" label={t("field.email")} value={lead.email ?? ""} off={off || lead.masked} />
        <SelectField label={t("leads.col_stage")} value={lead.stage} disabled={off} choices={stages.map((value) => ({ value, label: nameOf(t, "stage", value) }))} onChange={(event) => { save({ stage: event.target.value }); }} />
        <SelectField label={t("leads.heat")} value={lead.heat} disabled={off} choices={(["hot", "warm", "cold"] as const).map((value) => ({ value, label: t(`heat.${value}`) }))} onChange={(event) => { const heat = event.target.value; if (heat === "hot" || heat === "warm" || heat === "cold") save({ heat }); }} />
        <OwnerAndLanguage lead={lead} off={off} onChange={save} />
        {fields.map((key) => <EditField key={key} leadId={lead.id} name={key} label={nameOf(t, "field", key)} value={lead.fields[key] ?? ""} off={off} />)}
      </div>
    </section>
  );
}

function Tasks({ card }: { card: LeadCard }) {
  const t = useT();
  const { api, queries, fail } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const done = (task: Task): void => void api.updateTask(task.id, { status: "done" })
    .then(() => queries.invalidateQueries({ queryKey: keys.lead(card.lead.id) })).catch(fail);
  return (
    <section className="panel" aria-label={t("idle.tasks")} data-region="tasks">
      <header><h2>{t("lead.promises")}</h2></header>
      {card.next_callback ? <p className="line"><Icon name="callback" /><span className="grow strong">{t("lead.callback", { when: when(card.next_callback.due_at_ms, now, locale) })}</span><span className="t-12 ink-3">{t("lead.callback_theirs", { time: clock(card.next_callback.due_at_ms, card.next_callback.zone) })}</span></p> : null}
      {card.promises.length === 0 && !card.next_callback ? <StateBox icon="flag" title={t("lead.no_promises")} text={t("lead.no_promises_text")} /> : (
        <ul>{card.promises.map((task) => (
          <li key={task.id} className="line"><span className="grow"><b className="med">{task.text}</b>{task.quote ? <span className="t-12 ink-2"> “{task.quote}”</span> : null}</span>
            {task.due_at_ms === null ? null : <span className="t-12 ink-3">{when(task.due_at_ms, now, locale)}</span>}
            <Button size="sm" icon="check" onClick={() => { done(task); }}>{t("idle.task_done")}</Button></li>
        ))}</ul>
      )}
    </section>
  );
}

function History({ leadId }: { leadId: string }) {
  const t = useT();
  const { api, queries, fail } = useApp();
  const query = useQuery({ queryKey: keys.leadChanges(leadId), queryFn: () => api.leadChanges(leadId) });
  const undo = (change: LeadChange): void => void api.undoChange(leadId, change.id)
    .then(() => queries.invalidateQueries({ queryKey: keys.lead(leadId) })).catch(fail);
  return (
    <section className="panel" aria-label={t("lead.changes")} data-region="changes">
      <header><h2>{t("lead.changes")}</h2></header>
      <Loaded query={query} rows={4}>
        {(changes) => changes.length === 0
          ? <StateBox icon="pen" title={t("lead.no_changes")} text={t("lead.no_changes_text")} />
          : <>{changes.map((each) => <ChangeRow key={each.id} change={each} onUndo={undo} />)}</>}
      </Loaded>
    </section>
  );
}

function Page({ card }: { card: LeadCard }) {
  const t = useT();
  const me = useMe();
  const { api, fail, toasts } = useApp();
  const now = useServerNow();
  const navigate = useNavigate();
  const { lead } = card;
  const words = { t, nowMs: now, locale: useLocale() };
  const source = [lead.source, lead.source_detail].filter(Boolean).join(" › ");
  const came = source === "" ? null : t("lead.came_by", { source });
  const place = (): void => void api.placeCall({ lead_id: lead.id }).catch(fail);
  // The virtual number, never the person's own.
  const ask = (): void => void api.makeMapping(lead.id)
    .then((made) => { toasts.show({ tone: "ok", title: t("masking.asked", { number: made.number }), text: t("masking.asked_text", { lead: made.lead_name }), stays: true }); }).catch(fail);
  return (
    <div className="page" data-testid="lead-page" data-lead={lead.id}>
      <div className="page-head" data-region="head">
        <IconButton icon="left" size="sm" label={t("lead.back")} onClick={() => void navigate({ to: "/leads" })} />
        <div className="grow">
          <h1 className="row">{lead.name} <HeatMark heat={lead.heat} /></h1>
          <p className="t-12 ink-2">{lead.masked ? <Icon name="lock" size="sm" /> : null} {[lead.phone, ...card.other_numbers.map((each) => (each.extension ? `${each.number} (${each.extension})` : each.number)), lead.email, t("lead.time_with", { time: clock(now, lead.zone), source: nameOf(t, "zone", lead.zone_source) }), t("lead.owned_by", { name: lead.owner_name ?? t("lead.nobody") }), came].filter(Boolean).join(" · ")}</p>
        </div>
        <Badge tone="acc" icon="target">{nameOf(t, "stage", lead.stage)}</Badge>
        {may(me.user.role, "take_calls") && me.user.phone !== null ? <Button icon="keypad" onClick={ask} data-testid="ask-number">{t("masking.ask")}</Button> : null}
        {may(me.user.role, "take_calls") ? <Button tone="primary" icon="phone" off={card.no_call ? noCallText(card.no_call, words) : null} onClick={place} data-testid="call-lead">{t("ui.call")}</Button> : null}
      </div>
      <div className="scroll lead-grid">
        <div className="col g-3">
          {card.no_call ? <Note tone="live" icon="stop" testid="no-call">{noCallText(card.no_call, words)}</Note> : null}
          <LeadTags lead={lead} />
          <Facts card={card} />
          <Tasks card={card} />
          <LeadNotes leadId={lead.id} />
          {may(me.user.role, "take_calls") ? <LeadFiles leadId={lead.id} /> : null}
          <Consents leadId={lead.id} />
        </div>
        <div className="col g-3">
          <Duplicates leadId={lead.id} />
          <WhyWhose leadId={lead.id} />
          <LearnedLast card={card} title={t("learned.title")} region />
          <section className="panel" aria-label={t("lead.last_calls")} data-region="calls"><div className="body"><LastCalls card={card} /></div></section>
          <History leadId={lead.id} />
        </div>
      </div>
    </div>
  );
}

/** One person: what is known, what was promised, what changed, the calls last. */
export function LeadPage() {
  const { api } = useApp();
  const { leadId } = useParams({ from: "/shell/leads/$leadId" });
  const query = useQuery({ queryKey: keys.lead(leadId), queryFn: () => api.lead(leadId) });
  return <Loaded query={query} rows={10}>{(card) => <Page card={card} />}</Loaded>;
}
