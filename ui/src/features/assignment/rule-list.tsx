import type { AssignmentRule } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { Badge } from "@/ui/badge";
import { Icon } from "@/ui/icon";
import { OrderedList } from "@/ui/ordered-list";
import { comparisons } from "./rule-set";

interface Props {
  rules: readonly AssignmentRule[];
  chosen: string | null;
  onChoose: (id: string) => void;
  onChange: (rules: AssignmentRule[]) => void;
}

/** The rules in the order in which they are asked. */
export function RuleList({ rules, chosen, onChoose, onChange }: Props) {
  const t = useT();
  return (
    <OrderedList
      label={t("assign.rules")} items={rules} chosen={rules.findIndex((each) => each.id === chosen)} name={(rule) => rule.name} className="rule-list" testid="rule-item"
      onChoose={(at) => { onChoose(rules[at]?.id ?? ""); }} onMove={onChange}
    >
      {(rule, index) => (
        <>
          <span className="row between"><Icon name="sort" size="sm" /><b className="strong trunc grow">{index + 1}. {rule.name}</b>{rule.on ? null : <Badge>{t("assign.rule_off")}</Badge>}</span>
          <span className="t-12 ink-2">{t("assign.line", { n: comparisons(rule.when) })} · {t(`assign.by_${rule.strategy}`)}</span>
        </>
      )}
    </OrderedList>
  );
}
