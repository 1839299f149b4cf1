import type { AgentGroup, AssignmentRule, AssignmentStrategy } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { PickMany } from "@/features/settings/pick-many";
import { usePeople } from "@/features/settings/use-people";
import { HoursFields } from "@/features/settings/hours-fields";
import { Button, IconButton } from "@/ui/button";
import { SelectField, Switch, TextField } from "@/ui/field";
import { ConditionEditor } from "./condition-editor";

const STRATEGIES: readonly AssignmentStrategy[] = ["round_robin", "least_loaded", "source_owner", "language", "random"];

const cap = (typed: string): number | null => (typed.trim() === "" ? null : Math.max(0, Math.floor(Number(typed)) || 0));

function SourceOwners({ rule, onChange }: { rule: AssignmentRule; onChange: (change: Partial<AssignmentRule>) => void }) {
  const t = useT();
  const people = usePeople();
  const owners = Object.entries(rule.source_owners);
  const put = (next: [string, string][]): void => { onChange({ source_owners: Object.fromEntries(next) }); };
  return (
    <div className="col">
      {owners.map(([source, owner], index) => (
        <div key={index} className="cond-row">
          <TextField label={t("assign.field_source")} hideLabel value={source} onChange={(event) => { put(owners.map((each, at) => (at === index ? [event.target.value, owner] : each))); }} />
          <SelectField label={t("assign.agent")} hideLabel value={owner} choices={people.map((each) => ({ value: each.id, label: each.name }))} onChange={(event) => { put(owners.map((each, at) => (at === index ? [source, event.target.value] : each))); }} />
          <IconButton icon="x" size="sm" label={t("ui.delete")} onClick={() => { put(owners.filter((_, at) => at !== index)); }} />
        </div>
      ))}
      <Button size="sm" icon="plus" off={people.length === 0 ? t("pick.none") : "" in rule.source_owners ? t("assign.name_source") : null} onClick={() => { put([...owners, ["", people[0]?.id ?? ""]]); }}>{t("assign.add_source")}</Button>
    </div>
  );
}

interface Props {
  rule: AssignmentRule;
  groups: readonly AgentGroup[];
  problem: (field: string) => string | null;
  onChange: (change: Partial<AssignmentRule>) => void;
}

/** One rule: for which leads, to whom, how, and up to how many. */
export function RuleEditor({ rule, groups, problem, onChange }: Props) {
  const t = useT();
  const people = usePeople();
  return (
    <div className="col g-4" data-testid="rule-editor">
      <div className="pair">
        <TextField label={t("assign.name")} value={rule.name} error={problem("name")} onChange={(event) => { onChange({ name: event.target.value }); }} data-testid="rule-name" />
        <div className="field"><span className="lab">{t("assign.state")}</span><Switch label={t(rule.on ? "assign.rule_on" : "assign.rule_off")} checked={rule.on} onChange={(on) => { onChange({ on }); }} /></div>
      </div>
      <section aria-label={t("assign.which")}><h3 className="label">{t("assign.which")}</h3><ConditionEditor key={rule.id} condition={rule.when} onChange={(when) => { onChange({ when }); }} /></section>
      <section className="col" aria-label={t("assign.to_whom")}>
        <h3 className="label">{t("assign.to_whom")}</h3>
        <SelectField label={t("assign.how")} value={rule.strategy} help={t(`assign.help_${rule.strategy}`)} choices={STRATEGIES.map((value) => ({ value, label: t(`assign.by_${value}`) }))} onChange={(event) => { onChange({ strategy: event.target.value as AssignmentStrategy }); }} data-testid="rule-strategy" />
        {rule.strategy === "random" ? <TextField label={t("assign.seed")} type="number" min={0} value={rule.seed} onChange={(event) => { onChange({ seed: Math.max(0, Math.floor(Number(event.target.value)) || 0) }); }} /> : null}
        {rule.strategy === "source_owner" ? <SourceOwners rule={rule} onChange={onChange} /> : (
          <>
            {groups.length > 0 ? <PickMany label={t("assign.groups")} all={groups.map((each) => ({ id: each.id, name: each.name, note: t("assign.people", { n: each.agent_ids.length }) }))} chosen={rule.group_ids} onChange={(group_ids) => { onChange({ group_ids }); }} /> : null}
            <PickMany label={t("assign.agents")} all={people.map((each) => ({ id: each.id, name: each.name, note: each.languages.join(", ") }))} chosen={rule.agent_ids} onChange={(agent_ids) => { onChange({ agent_ids }); }} />
            {problem("agent_ids") ? <p className="error" role="alert">{problem("agent_ids")}</p> : null}
          </>
        )}
      </section>
      <section className="col" aria-label={t("assign.limits")}>
        <h3 className="label">{t("assign.limits")}</h3>
        <div className="pair">
          <TextField label={t("assign.most_open")} type="number" min={0} value={rule.most_open ?? ""} placeholder={t("assign.no_limit")} onChange={(event) => { onChange({ most_open: cap(event.target.value) }); }} />
          <TextField label={t("assign.most_per_day")} type="number" min={0} value={rule.most_per_day ?? ""} placeholder={t("assign.no_limit")} onChange={(event) => { onChange({ most_per_day: cap(event.target.value) }); }} />
        </div>
        <Switch label={t("assign.only_hours")} checked={rule.hours !== null} onChange={(on) => { onChange({ hours: on ? { days: [1, 2, 3, 4, 5, 6], from_minute: 540, to_minute: 1080 } : null }); }} />
        {rule.hours ? <HoursFields hours={rule.hours} problem={problem("hours")} text={t("assign.hours_text")} onChange={(hours) => { onChange({ hours }); }} /> : null}
      </section>
    </div>
  );
}
