import type { AssignmentRuleSet } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { PickMany } from "@/features/settings/pick-many";
import { usePeople } from "@/features/settings/use-people";
import { Button } from "@/ui/button";
import { SelectField, Switch, TextField } from "@/ui/field";
import { newGroup, withoutGroup } from "./rule-set";

interface Props {
  set: AssignmentRuleSet;
  problem: (field: string) => string | null;
  onChange: (set: AssignmentRuleSet) => void;
}

/** What holds for all rules: on or off, owners, idle leads, fallback, groups. */
export function SetEditor({ set, problem, onChange }: Props) {
  const t = useT();
  const people = usePeople();
  const { fallback } = set;
  const choices = people.map((each) => ({ id: each.id, name: each.name }));
  return (
    <div className="col g-4" data-testid="set-editor">
      <Switch label={t("assign.sticky")} checked={set.sticky} onChange={(sticky) => { onChange({ ...set, sticky }); }} />
      <TextField label={t("assign.idle_days")} type="number" min={1} max={365} value={set.idle_days ?? ""} placeholder={t("assign.never")} help={t("assign.idle_help")} error={problem("idle_days")} onChange={(event) => { onChange({ ...set, idle_days: event.target.value === "" ? null : Math.floor(Number(event.target.value)) }); }} />
      <SelectField
        label={t("assign.fallback")} value={fallback.kind} choices={[{ value: "shared", label: t("assign.fallback_shared") }, { value: "agents", label: t("assign.fallback_agents") }]}
        onChange={(event) => { onChange({ ...set, fallback: event.target.value === "agents" ? { kind: "agents", agent_ids: [] } : { kind: "shared" } }); }}
      />
      {fallback.kind === "agents" ? <PickMany label={t("assign.agents")} all={choices} chosen={fallback.agent_ids} onChange={(agent_ids) => { onChange({ ...set, fallback: { kind: "agents", agent_ids } }); }} /> : null}
      <section className="col" aria-label={t("assign.groups")}>
        <h3 className="label">{t("assign.groups")}</h3>
        {set.groups.map((group) => (
          <details key={group.id} className="card">
            <summary><b className="strong">{group.name || t("assign.unnamed")}</b> <span className="t-12 ink-3">{t("assign.people", { n: group.agent_ids.length })}</span></summary>
            <TextField label={t("assign.name")} value={group.name} onChange={(event) => { onChange({ ...set, groups: set.groups.map((each) => (each.id === group.id ? { ...each, name: event.target.value } : each)) }); }} />
            <PickMany label={t("assign.agents")} all={choices} chosen={group.agent_ids} onChange={(agent_ids) => { onChange({ ...set, groups: set.groups.map((each) => (each.id === group.id ? { ...each, agent_ids } : each)) }); }} />
            <Button size="sm" tone="plain" icon="trash" onClick={() => { onChange(withoutGroup(set, group.id)); }}>{t("ui.delete")}</Button>
          </details>
        ))}
        <Button size="sm" icon="plus" onClick={() => { onChange({ ...set, groups: [...set.groups, newGroup(crypto.randomUUID(), "")] }); }}>{t("assign.add_group_of_agents")}</Button>
      </section>
    </div>
  );
}
