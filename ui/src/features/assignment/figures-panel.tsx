import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LeftBehind } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { clockSeconds } from "@/lib/time";
import { usePeople } from "@/features/settings/use-people";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";

const RULES = "rules";
/** Each look counts leads anew. Whoever cannot wait has a button. */
const LOOK_EVERY_MS = 30_000;

/** Somebody who has left still owns leads: to a colleague, or by the rules. */
function Left({ person }: { person: LeftBehind }) {
  const t = useT();
  const { api, queries, toasts, fail } = useApp();
  const people = usePeople();
  const [to, setTo] = useState(RULES);
  const [busy, setBusy] = useState(false);
  const give = async (): Promise<void> => {
    setBusy(true);
    try {
      const done = await api.reassignLeads(to === RULES ? { from: person.user_id } : { from: person.user_id, to });
      toasts.show({ tone: "ok", title: t("assign.given_on", { n: done.leads }), text: done.unassigned > 0 ? t("assign.given_nobody", { n: done.unassigned }) : null, stays: false });
      await queries.invalidateQueries({ queryKey: keys.assignment });
    } catch (cause) {
      fail(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Note tone="warn" testid="left-behind">
      <p>{t("assign.left", { name: person.name, n: person.leads })}</p>
      <div className="row wrap">
        <SelectField label={t("assign.to_whom")} hideLabel className="sm" value={to} onChange={(event) => { setTo(event.target.value); }} choices={[{ value: RULES, label: t("assign.to_rules") }, ...people.map((each) => ({ value: each.id, label: each.name }))]} />
        <Button size="sm" busy={busy} onClick={() => void give()} data-testid="reassign">{t("assign.give_on")}</Button>
      </div>
    </Note>
  );
}

/** Who got how much. */
export function FiguresPanel() {
  const t = useT();
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.assignmentFigures, queryFn: api.assignmentFigures, refetchInterval: LOOK_EVERY_MS, staleTime: LOOK_EVERY_MS, refetchOnWindowFocus: true });
  return (
    <section className="panel" aria-label={t("assign.figures")} data-region="figures">
      <header>
        <h2>{t("assign.figures")}</h2>
        {query.data === undefined ? null : <>
          <span className="t-12 ink-3 push">{t("assign.counted", { at: clockSeconds(query.dataUpdatedAt) })}</span>
          <Button size="sm" tone="plain" icon="refresh" busy={query.isFetching} onClick={() => void query.refetch()} data-testid="figures-again">{t("assign.count_again")}</Button>
        </>}
      </header>
      <div className="body col">
        <Loaded query={query} rows={4}>
          {(figures) => (
            <>
              {figures.left_behind.map((each) => <Left key={each.user_id} person={each} />)}
              <div className="table-wrap"><table className="table">
                <thead><tr><th>{t("assign.agent")}</th><th className="num">{t("assign.open")}</th><th className="num">{t("assign.today")}</th><th className="num">{t("assign.week")}</th></tr></thead>
                <tbody>{figures.agents.map((each) => <tr key={each.user_id}><td>{each.name}</td><td className="num">{each.open}</td><td className="num">{each.today}</td><td className="num">{each.week}</td></tr>)}</tbody>
              </table></div>
              {figures.rules.length > 0 ? (
                <div className="table-wrap"><table className="table">
                  <thead><tr><th>{t("assign.rule")}</th><th className="num">{t("assign.today")}</th><th className="num">{t("assign.week")}</th></tr></thead>
                  <tbody>{figures.rules.map((each) => <tr key={each.rule_id}><td>{each.name}</td><td className="num">{each.today}</td><td className="num">{each.week}</td></tr>)}</tbody>
                </table></div>
              ) : null}
            </>
          )}
        </Loaded>
      </div>
    </section>
  );
}
