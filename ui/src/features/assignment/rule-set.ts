import type { AgentGroup, AssignmentRule, AssignmentRuleSet, LeadCondition, LeadOperator } from "@/api/generated/wire";

export const OPERATORS: readonly LeadOperator[] = ["is", "is_not", "contains", "starts_with", "at_least", "at_most", "is_set", "is_not_set"];

/** Fields that every lead has; any other is a custom one. */
export const FIELDS = ["source", "language", "heat", "stage", "campaign", "zone", "country", "attempts"] as const;

/** Operators that compare with nothing. */
export const isBare = (operator: LeadOperator): boolean => operator === "is_set" || operator === "is_not_set";

export const newCondition = (): LeadCondition => ({ kind: "field", field: "source", operator: "is", values: [] });

export const newRule = (id: string, name: string): AssignmentRule => ({
  id, name, on: true, when: { kind: "all", of: [] }, strategy: "round_robin", agent_ids: [], group_ids: [], source_owners: {}, seed: 1, most_open: null, most_per_day: null, hours: null,
});

export const newGroup = (id: string, name: string): AgentGroup => ({ id, name, agent_ids: [] });

/** Without a group, no rule may name it. */
export function withoutGroup(set: AssignmentRuleSet, id: string): AssignmentRuleSet {
  return {
    ...set, groups: set.groups.filter((each) => each.id !== id),
    rules: set.rules.map((rule) => ({ ...rule, group_ids: rule.group_ids.filter((each) => each !== id) })),
  };
}

/** How many comparisons a condition has. */
export const comparisons = (condition: LeadCondition): number =>
  condition.kind === "field" ? 1 : condition.of.reduce((sum, each) => sum + comparisons(each), 0);
