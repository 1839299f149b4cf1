import type { BulkAction, LeadView, Tag } from "@/api/generated/wire";
import { NOW, agentId } from "./people";

export const tags: Tag[] = [
  { id: "tag-loan", word: "Home loan", colour: "teal" }, { id: "tag-visit", word: "Site visit", colour: "orange" }, { id: "tag-vip", word: "VIP", colour: "purple" },
];

export const views: LeadView[] = [
  { id: "view-hot", name: "Hot and mine", filter: { heat: "hot", owner_id: agentId(0) }, sort: "newest", shared: false, made_by_id: agentId(0), made_by: "Farid Kettlewell" },
  { id: "view-visit", name: "Site visits", filter: { tag_id: "tag-visit" }, sort: "oldest", shared: true, made_by_id: "admin", made_by: "Leela Riverstone" },
];

export const actions: BulkAction[] = [{
  id: "bulk-1", action: { kind: "add_tag", tag_id: "tag-visit" }, filter: { heat: "hot" }, state: "done", total: 340, done: 340, counts: { changed: 310, same: 30, kept: 0, undone: 0, exported: 0 },
  failure: null, made_by: "Leela Riverstone", created_at_ms: NOW - 3_600_000, finished_at_ms: NOW - 3_590_000, undo_until_ms: NOW + 82_800_000, file_until_ms: null,
}];
