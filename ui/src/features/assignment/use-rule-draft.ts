import { useEffect, useState } from "react";
import type { AssignmentRules, AssignmentRuleSet, SaveAssignmentRules } from "@/api/generated/wire";
import { useForm } from "@/lib/use-form";
import type { Form } from "@/lib/use-form";

export interface RuleDraft {
  form: Form<SaveAssignmentRules>;
  set: AssignmentRuleSet;
  change(set: Partial<AssignmentRuleSet>): void;
  /** Somebody saved another version after the one that the draft was made of. */
  newer: boolean;
  /** There is a draft that made way for somebody's version. */
  aside: boolean;
  keepMine(): void;
  takeTheirs(): void;
  backToMine(): void;
}

const same = (a: AssignmentRuleSet, b: AssignmentRuleSet): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The rules as they are being edited, with the version of which they were made; it stays with the draft when the page is left. */
export function useRuleDraft(saved: AssignmentRules): RuleDraft {
  const theirs: SaveAssignmentRules = { set: saved.set, version: saved.version };
  const form = useForm<SaveAssignmentRules>(theirs, { key: "assignment" });
  const [aside, setAside] = useState<AssignmentRuleSet | null>(null);
  const { set, version } = form.value;
  const outdated = !form.busy && version !== saved.version;
  // Somebody else saved, or the server put it in its own words. The open rule and the focus stay.
  const follow = form.dirty ? outdated && same(set, saved.set) : outdated || !same(set, saved.set);
  useEffect(() => { if (follow) form.reset(theirs); });
  const goOnWith = (mine: AssignmentRuleSet): void => {
    form.reset(theirs);
    form.set({ set: mine });
  };
  return {
    form, set,
    change: (part) => { form.set({ set: { ...set, ...part } }); },
    newer: form.dirty && outdated && !follow,
    aside: aside !== null,
    keepMine: () => { goOnWith(set); },
    takeTheirs: () => {
      setAside(set);
      form.reset(theirs);
    },
    backToMine: () => {
      if (aside !== null) goOnWith(aside);
      setAside(null);
    },
  };
}
