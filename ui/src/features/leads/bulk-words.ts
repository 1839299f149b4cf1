import type { BulkAction, BulkActionKind, BulkState, Campaign, Tag, User } from "@/api/generated/wire";
import type { Translate } from "@/i18n";

export const isWorking = (state: BulkState): boolean => state === "gathering" || state === "working" || state === "undoing";

/** Names of what an action names. */
export interface Names {
  tags: readonly Tag[];
  people: readonly Pick<User, "id" | "name">[];
  campaigns: readonly Pick<Campaign, "id" | "name">[];
}

/** What an action does, in words. */
export function actionText(action: BulkActionKind, names: Names, t: Translate): string {
  const word = (id: string): string => names.tags.find((each) => each.id === id)?.word ?? t("bulk.gone");
  switch (action.kind) {
    case "assign": return action.to === null ? t("bulk.to_nobody") : t("bulk.to_agent", { name: names.people.find((each) => each.id === action.to)?.name ?? t("bulk.gone") });
    case "add_tag": return t("bulk.add", { word: word(action.tag_id) });
    case "remove_tag": return t("bulk.remove", { word: word(action.tag_id) });
    case "move_to_campaign": return action.campaign_id === null ? t("bulk.out_of_campaign") : t("bulk.to_campaign", { name: names.campaigns.find((each) => each.id === action.campaign_id)?.name ?? t("bulk.gone") });
    case "delete": return t("bulk.delete");
    case "export": return t("bulk.export");
  }
}

/** Whether its file can be taken away. */
export const hasFile = (found: BulkAction, now: number): boolean => found.file_until_ms !== null && now < found.file_until_ms;

/** Hours in which it can be undone; 0 when it cannot. */
export function hoursToUndo(found: BulkAction, now: number): number {
  const open = ["done", "cancelled", "failed"].includes(found.state) && found.counts.changed > found.counts.undone;
  return !open || found.undo_until_ms === null ? 0 : Math.max(0, Math.ceil((found.undo_until_ms - now) / 3_600_000));
}
