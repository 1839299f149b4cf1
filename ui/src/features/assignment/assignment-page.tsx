import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AssignmentRule, AssignmentRules, AssignmentRuleSet, SaveAssignmentRules } from "@/api/generated/wire";
import { useApp, useLocale, useMe, useServerNow, useT } from "@/app-context";
import { asFailure } from "@/api/failure";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { useVersionedDraft } from "@/lib/use-versioned-draft";
import { may } from "@/state/rights";
import { Button } from "@/ui/button";
import { Switch } from "@/ui/field";
import { FormFailure } from "@/ui/form-failure";
import { Loaded } from "@/ui/loaded";
import { NewerVersion } from "@/ui/newer-version";
import { StateBox } from "@/ui/state-box";
import { DryRunPanel } from "./dry-run-panel";
import { FiguresPanel } from "./figures-panel";
import { RuleEditor } from "./rule-editor";
import { RuleList } from "./rule-list";
import { newRule } from "./rule-set";
import { SetEditor } from "./set-editor";
import { Warnings } from "./warnings";

/** Not a rule: what holds for all of them. */
const ALL = "all";

function Editor({ saved }: { saved: AssignmentRules }) {
  const t = useT();
  const me = useMe();
  const locale = useLocale();
  const now = useServerNow();
  const { api, queries, toasts } = useApp();
  const draft = useVersionedDraft<SaveAssignmentRules>({ set: saved.set, version: saved.version }, "assignment");
  const { form } = draft;
  const { set } = form.value;
  const changeSet = (part: Partial<AssignmentRuleSet>): void => { form.set({ set: { ...set, ...part } }); };
  const [chosen, setChosen] = useState<string>(saved.set.rules[0]?.id ?? ALL);
  const at = set.rules.findIndex((each) => each.id === chosen);
  const rule = set.rules[at];
  const change = (part: Partial<AssignmentRule>): void => { changeSet({ rules: set.rules.map((each, index) => (index === at ? { ...each, ...part } : each)) }); };
  const add = (): void => {
    const made = newRule(crypto.randomUUID(), t("assign.new_name", { n: set.rules.length + 1 }));
    changeSet({ rules: [...set.rules, made] });
    setChosen(made.id);
  };
  const save = (): void => void form.run(async (typed) => {
    const next = await api.saveAssignmentRules(typed).catch(async (cause: unknown) => {
      // Whoever was faster is shown with the choice.
      if (asFailure(cause).code === "conflict") await queries.invalidateQueries({ queryKey: keys.assignmentRules });
      throw cause;
    });
    await queries.invalidateQueries({ queryKey: keys.assignment });
    toasts.show({ tone: next.warnings.length > 0 ? "warn" : "ok", title: t("assign.saved", { n: next.version }), text: next.warnings.length > 0 ? t("assign.saved_warn") : null, stays: false });
  });
  const off = !may(me.user.role, "configure_access") ? t("error.not_allowed.title") : draft.newer ? t("draft.choose_first") : form.dirty ? null : t("ui.nothing_changed");
  return (
    <div className="assign">
      <section className="l" aria-label={t("assign.rules")} data-region="rules">
        <div className="page-head"><h1>{t("settings.assignment")}</h1></div>
        <div className="body col">
          <Switch label={t(set.on ? "assign.on" : "assign.off")} checked={set.on} onChange={(on) => { changeSet({ on }); }} data-testid="assign-on" />
          <button type="button" className="item" onClick={() => { setChosen(ALL); }} {...(chosen === ALL ? { "aria-current": "true" as const } : {})}><b className="strong">{t("assign.for_all")}</b></button>
          <RuleList rules={set.rules} chosen={chosen} onChoose={setChosen} onChange={(rules) => { changeSet({ rules }); }} />
          <Button size="sm" icon="plus" onClick={add} data-testid="rule-add">{t("assign.add")}</Button>
        </div>
      </section>
      <div className="ed">
        <div className="page-head"><h2>{rule?.name ?? t("assign.for_all")}</h2>
          <span className="t-12 ink-3">{saved.made_at_ms === null ? t("assign.no_version") : t("assign.version", { n: saved.version, name: saved.made_by ?? "", when: when(saved.made_at_ms, now, locale) })}</span>
          {rule ? <span className="push"><Button size="sm" tone="plain" icon="trash" onClick={() => {
            changeSet({ rules: set.rules.filter((each) => each.id !== rule.id) });
            setChosen(ALL);
          }}>{t("ui.delete")}</Button></span> : null}
        </div>
        <div className="scroll"><div className="body col g-4">
          <NewerVersion saved={saved} draft={draft} />
          {form.dirty ? null : <Warnings warnings={saved.warnings} rules={saved.set.rules} />}
          {rule ? <RuleEditor rule={rule} groups={set.groups} problem={(field) => form.problem(`rules[${at}].${field}`)} onChange={change} />
            : <><SetEditor set={set} problem={form.problem} onChange={changeSet} />{set.rules.length === 0 ? <StateBox icon="flow" title={t("assign.none")} text={t("assign.none_text")} action={<Button icon="plus" onClick={add}>{t("assign.add")}</Button>} /> : null}</>}
          <DryRunPanel set={set} />
          <FiguresPanel />
        </div></div>
        <footer className="foot">
          <div className="grow"><FormFailure failure={draft.newer ? null : form.failure} /></div>
          {form.dirty ? <Button tone="plain" onClick={form.discard}>{t("ui.discard")}</Button> : null}
          <Button tone="primary" busy={form.busy} off={off} onClick={save} data-testid="assign-save">{form.busy ? t("ui.saving") : t("assign.save", { n: saved.version + 1 })}</Button>
        </footer>
      </div>
    </div>
  );
}

/** Rules that give out leads: built, tried out, switched on. */
export function AssignmentPage() {
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.assignmentRules, queryFn: api.assignmentRules, staleTime: 0, refetchOnWindowFocus: true });
  return <Loaded query={query}>{(saved) => <Editor saved={saved} />}</Loaded>;
}
