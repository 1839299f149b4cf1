import type { Assignment, AssignmentDryRun, AssignmentFigures, AssignmentReason, AssignmentRules } from "@/api/generated/wire";
import { newRule } from "@/features/assignment/rule-set";
import { agentId, lead, NAMES, NOW } from "./people";

const rule = (id: string, name: string, agents: number[]) => ({ ...newRule(id, name), agent_ids: agents.map(agentId) });

export const rules: AssignmentRules = {
  set: {
    on: true, sticky: true, idle_days: 3, fallback: { kind: "shared" }, groups: [{ id: "group-1", name: "Sales, evening", agent_ids: [agentId(1), agentId(2)] }],
    rules: [
      { ...rule("rule-1", "Hindi from Facebook", [0, 2]), strategy: "language", when: { kind: "all", of: [{ kind: "field", field: "source", operator: "contains", values: ["Facebook"] }, { kind: "any", of: [{ kind: "field", field: "language", operator: "is", values: ["hi"] }, { kind: "field", field: "fields.preferred_location", operator: "contains", values: ["Harbour"] }] }] } },
      { ...rule("rule-2", "Hot leads", [0, 1, 3]), most_per_day: 40, when: { kind: "all", of: [{ kind: "field", field: "heat", operator: "is", values: ["hot"] }] } },
      rule("rule-3", "Everybody else", [0, 1, 2, 3, 4]),
    ],
  },
  version: 14, made_at_ms: NOW - 86_400_000, made_by: "Leela Riverstone", warnings: [],
};

export const figures: AssignmentFigures = {
  agents: NAMES.slice(0, 6).map((name, index) => ({ user_id: agentId(index), name, open: 40 - index, today: 12 + index, week: 71 - 3 * index })),
  rules: rules.set.rules.map((each, index) => ({ rule_id: each.id, name: each.name, today: 20 - index, week: 120 - 9 * index })),
  left_behind: [{ user_id: agentId(11), name: NAMES[11], leads: 5000 }],
};

const byHeat = (agent: string, version: number): AssignmentReason => ({
  kind: "rule", rule: "Hot leads", version, agent, strategy: "round_robin", met: [{ field: "heat", operator: "is", values: ["hot"] }], passed: [],
});

export const dryRun: AssignmentDryRun = {
  looked_at: 1240, changes: 310, unassigned: 4, by_fallback: 0, warnings: [],
  agents: NAMES.slice(0, 5).map((name, index) => ({ user_id: agentId(index), name, now: 200 + index, then: 248 })),
  rules: rules.set.rules.map((each, index) => ({ rule_id: each.id, name: each.name, gives: 400 - index * 20, passes: index * 3 })),
  sample: [{ lead_id: lead.id, name: lead.name, from: null, to: NAMES[0], sentence: "“Hot leads” (version 15) gave it to Farid Kettlewell in turn: heat is hot.", reason: byHeat("Farid Kettlewell", 15) }],
};

export const given: Assignment[] = [
  { id: "given-2", lead_id: lead.id, from: NAMES[1] ?? null, to: NAMES[0] ?? null, cause: "person", version: null, sentence: "Leela Riverstone gave this lead to Farid Kettlewell.", reason: { kind: "person", by: "Leela Riverstone", to: "Farid Kettlewell" }, by: "Leela Riverstone", at_ms: NOW - 3_600_000 },
  { id: "given-1", lead_id: lead.id, from: null, to: NAMES[1] ?? null, cause: "rule", version: 14, sentence: "“Hot leads” (version 14) gave it to Mira Tamarind in turn: heat is hot.", reason: byHeat("Mira Tamarind", 14), by: null, at_ms: NOW - 86_400_000 },
];
