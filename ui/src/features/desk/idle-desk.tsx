import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import type { CallRow, Callback, Task } from "@/api/generated/wire";
import { useApp, useKey, useLocale, useMe, useServerNow, useShownKey, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { clock, sameHour, span, timer, when } from "@/lib/time";
import { useStore } from "@/lib/use-store";
import { NextPanel } from "@/features/queue/next-panel";
import { STATE_ICON, useStateWords } from "@/features/shell/status-menu";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icon";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { StateBox } from "@/ui/state-box";

const midnight = (now: number): number => new Date(now).setHours(0, 0, 0, 0);

interface Day {
  done: number;
  talkMs: number;
  averageMs: number;
  good: number;
}

/** Figures of a day's calls. */
export function dayOf(rows: readonly CallRow[]): Day {
  const done = rows.filter((row) => row.status === "completed");
  const talkMs = done.reduce((sum, row) => sum + row.talk_ms, 0);
  return {
    done: done.length, talkMs, averageMs: done.length === 0 ? 0 : talkMs / done.length,
    good: done.filter((row) => row.disposition === "interested" || row.hot).length,
  };
}

function Today() {
  const t = useT();
  const me = useMe();
  const { api } = useApp();
  const from = midnight(useServerNow());
  const filter = { agent_id: me.user.id, from_ms: from, limit: 200 };
  const query = useQuery({ queryKey: keys.calls(filter), queryFn: () => api.calls(filter) });
  return (
    <section className="panel" aria-label={t("idle.today")}>
      <header><h2>{t("idle.today")}</h2></header>
      <Loaded query={query} rows={3}>
        {(page) => {
          const day = dayOf(page.items);
          return (
            <dl className="figures" data-testid="today">
              <div><dt>{t("idle.done")}</dt><dd>{day.done}</dd></div>
              <div><dt>{t("idle.talk")}</dt><dd>{span(day.talkMs)}</dd></div>
              <div><dt>{t("idle.average")}</dt><dd>{span(day.averageMs)}</dd></div>
              <div><dt>{t("idle.interested")}</dt><dd>{day.good}<span className="ink-3 t-12"> {t("idle.of", { n: day.done })}</span></dd></div>
            </dl>
          );
        }}
      </Loaded>
    </section>
  );
}

function CallbackLine({ item }: { item: Callback }) {
  const t = useT();
  const { api, fail } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const late = item.due_at_ms < now;
  return (
    <li className="line">
      <span className={late ? "c-warn strong" : "strong"}>{when(item.due_at_ms, now, locale)}</span>
      <span className="grow trunc"><Link to="/leads/$leadId" params={{ leadId: item.lead_id }}>{item.lead_name}</Link>
        {sameHour(item.due_at_ms, item.zone) ? null : <span className="t-12 ink-3"> · {t("idle.theirs", { time: clock(item.due_at_ms, item.zone) })}</span>}</span>
      {late ? <Badge tone="warn" icon="clock">{t("idle.late")}</Badge> : null}
      <Button size="sm" icon="phone" onClick={() => void api.placeCall({ lead_id: item.lead_id }).catch(fail)}>{t("ui.call")}</Button>
    </li>
  );
}

function Callbacks() {
  const t = useT();
  const me = useMe();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.callbacks, queryFn: () => api.callbacks({ status: "open" }) });
  return (
    <section className="panel" aria-label={t("idle.callbacks")}>
      <header><h2>{t("idle.callbacks")}</h2></header>
      <Loaded query={query} rows={4}>
        {(page) => {
          const mine = page.items.filter((each) => each.agent_id === null || each.agent_id === me.user.id).sort((a, b) => a.due_at_ms - b.due_at_ms).slice(0, 8);
          return mine.length === 0
            ? <StateBox icon="callback" title={t("idle.no_callbacks")} text={t("idle.no_callbacks_text")} />
            : <ul>{mine.map((each) => <CallbackLine key={each.id} item={each} />)}</ul>;
        }}
      </Loaded>
    </section>
  );
}

function TaskLine({ item }: { item: Task }) {
  const t = useT();
  const { api, fail, queries } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const done = (): void => void api.updateTask(item.id, { status: "done" })
    .then(() => queries.invalidateQueries({ queryKey: keys.tasks })).catch(fail);
  return (
    <li className="line">
      <span className="grow"><b className="med">{item.text}</b> {item.lead_name && item.lead_id
        ? <Link className="t-12" to="/leads/$leadId" params={{ leadId: item.lead_id }}>{item.lead_name}</Link> : null}</span>
      {item.due_at_ms === null ? null : <span className={item.due_at_ms < now ? "t-12 c-warn med" : "t-12 ink-3"}>{when(item.due_at_ms, now, locale)}</span>}
      <Button size="sm" icon="check" onClick={done}>{t("idle.task_done")}</Button>
    </li>
  );
}

function Tasks() {
  const t = useT();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.tasks, queryFn: () => api.tasks({ status: "open", mine: true }) });
  return (
    <section className="panel" aria-label={t("idle.tasks")}>
      <header><h2>{t("idle.tasks")}</h2></header>
      <Loaded query={query} rows={4}>
        {(page) => page.items.length === 0
          ? <StateBox icon="check" title={t("idle.no_tasks")} text={t("idle.no_tasks_text")} />
          : <ul>{page.items.slice(0, 8).map((each) => <TaskLine key={each.id} item={each} />)}</ul>}
      </Loaded>
    </section>
  );
}

function Now() {
  const t = useT();
  const { live, desk } = useApp();
  const words = useStateWords();
  const now = useServerNow();
  const answer = useShownKey("answer");
  const me = useStore(live.store, (each) => each.me);
  if (!me) return null;
  const kind = me.state.kind;
  const free = kind === "available";
  const rests = kind === "break" || kind === "offline";
  return (
    <section className="panel idle-now" aria-label={t("idle.now")} data-testid="idle-state">
      <span className={free ? "c-ok" : "ink-3"}><Icon name={STATE_ICON[me.state.kind]} size="lg" /></span>
      <h1 className="t-20 strong">{words(me.state)} <span className="ink-3">{timer(now - me.since_ms)}</span></h1>
      <p className="ink-2">{t(free ? "idle.ready" : kind === "unreachable" ? "idle.unreachable" : rests ? "idle.not_ready" : "idle.busy", { keys: answer.full })}</p>
      {rests ? (
        <Button tone="primary" onClick={() => void desk.askState({ kind: "available" })} data-testid="go-available">{t("idle.go")}</Button>
      ) : null}
    </section>
  );
}

function Unfinished() {
  const t = useT();
  const { desk } = useApp();
  const list = useStore(desk.store, (each) => each.unfinished);
  if (list.length === 0) return null;
  return (
    <Note tone="warn" testid="unfinished">
      <p className="strong">{t("idle.unfinished", { n: list.length })}</p>
      <div className="row wrap">
        {list.map((each) => (
          <Button key={each.id} size="sm" onClick={() => { desk.openUnfinished(each.id); }}>
            {each.lead?.lead.name ?? each.call?.customer_name ?? nameOf(t, "idle", "one_call")}
          </Button>
        ))}
      </div>
    </Note>
  );
}

/** Moves the focus through the lines of callbacks and tasks. */
function moveLine(step: 1 | -1): void {
  const lines = [...document.querySelectorAll<HTMLElement>(".idle .line")];
  const at = lines.findIndex((each) => each.contains(document.activeElement));
  const next = at < 0 ? (step === 1 ? lines[0] : lines.at(-1)) : lines[(at + step + lines.length) % lines.length];
  next?.querySelector<HTMLElement>("a, button")?.focus();
}

/** Between calls: what comes next, what is to be done, how the day went. */
export function IdleDesk() {
  const t = useT();
  const { phone } = useApp();
  const problem = useStore(phone.store, (each) => each?.microphoneProblem ?? null);
  useKey("next_task", () => { moveLine(1); });
  useKey("previous_task", () => { moveLine(-1); });
  return (
    <div className="idle" data-testid="idle-desk">
      <div className="col g-3">
        <Now />
        {problem ? <Note tone="warn" testid="mic-problem"><b className="strong">{t(`device.mic_${problem}`)}</b> {t(`device.mic_${problem}_text`)}</Note> : null}
        <Unfinished />
        <NextPanel />
        <Today />
      </div>
      <Callbacks />
      <Tasks />
    </div>
  );
}
