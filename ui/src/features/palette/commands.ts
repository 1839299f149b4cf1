import type { Role } from "@/api/generated/wire";
import { INFO } from "@/features/settings/pages";
import type { PageId } from "@/features/settings/pages";
import type { Translate } from "@/i18n";
import { may } from "@/state/rights";
import type { IconName } from "@/ui/icon";

/** Looks like a number that could be dialled. */
export const dialable = (text: string): boolean => /^\+?[\d\s()-]{5,20}$/.test(text.trim());

/** Where a command leads. */
export type Goal =
  | { kind: "page"; to: "/desk" | "/queue" | "/follow-ups" | "/monitor" | "/calls" | "/leads" | "/imports" }
  | { kind: "settings"; page: PageId }
  | { kind: "do"; what: "next_lead" | "new_lead" | "keys" };

export interface Command {
  id: string;
  icon: IconName;
  label: string;
  goal: Goal;
}

/** Pages and actions that this role may use, in the order of the rail. */
export function commands(role: Role, t: Translate): Command[] {
  const page = (to: Extract<Goal, { kind: "page" }>["to"], icon: IconName, label: string): Command => ({ id: `page${to.replace("/", "-")}`, icon, label, goal: { kind: "page", to } });
  const take = may(role, "take_calls");
  return [
    ...(take ? [page("/desk", "desk", t("nav.desk")), page("/queue", "queue", t("nav.queue"))] : []),
    ...(may(role, "edit_leads") ? [page("/follow-ups", "callback", t("nav.follow_ups"))] : []),
    ...(may(role, "monitor") ? [page("/monitor", "eye", t("nav.monitor"))] : []),
    page("/calls", "calls", t("nav.calls")), page("/leads", "lead", t("nav.leads")),
    ...(may(role, "take_in") ? [page("/imports", "import", t("nav.imports"))] : []),
    ...(take ? [{ id: "do-next", icon: "phone", label: t("palette.next_lead"), goal: { kind: "do", what: "next_lead" } } as const] : []),
    ...(may(role, "edit_leads") ? [{ id: "do-new", icon: "plus", label: t("leads.new"), goal: { kind: "do", what: "new_lead" } } as const] : []),
    { id: "do-keys", icon: "key", label: t("keys.title"), goal: { kind: "do", what: "keys" } },
    ...INFO.filter((each) => each.right === null || may(role, each.right)).map((each): Command => ({
      id: `settings-${each.id}`, icon: "gear", label: t("palette.settings", { page: t(`settings.${each.id}`) }), goal: { kind: "settings", page: each.id },
    })),
  ];
}

/** Each word of what was typed begins a word of the label. Without anything typed only the pages are shown. */
export function fitting(all: readonly Command[], typed: string): Command[] {
  const words = (text: string): string[] => text.toLocaleLowerCase().split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);
  const asked = words(typed);
  if (asked.length === 0) return all.filter((each) => each.goal.kind !== "settings");
  return all.filter((each) => asked.every((word) => words(each.label).some((own) => own.startsWith(word)))).slice(0, 6);
}
