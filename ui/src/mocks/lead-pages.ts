import type { BoardColumn, LeadDuplicate, LeadFile, LeadMerge, LeadNote } from "@/api/generated/wire";
import { agentId, lead, leads, NOW } from "./people";

const HOUR = 3_600_000;

export const duplicates: LeadDuplicate[] = leads.slice(1, 3).map((each, index) => ({ lead: each, because: index === 0 ? "number" : "email" }));

export const merges: LeadMerge[] = [
  { id: "merge-1", kept_id: lead.id, merged_id: "lead-old", merged_name: "A. Marigold", made_by: "Leela Riverstone", at_ms: NOW - HOUR, undo_until_ms: NOW + 23 * HOUR, undone_at_ms: null },
];

export const notes: LeadNote[] = [
  { id: "note-1", lead_id: lead.id, text: "Wants to see the tower from inside.\nNot on Tuesdays.", made_by_id: agentId(0), made_by: "Farid Kettlewell", created_at_ms: NOW - 2 * HOUR },
  { id: "note-2", lead_id: lead.id, text: "Her sister decides too.", made_by_id: agentId(1), made_by: "Mira Tamarind", created_at_ms: NOW - 50 * HOUR },
];

export const files: LeadFile[] = [
  { id: "file-1", lead_id: lead.id, name: "Floor plan.pdf", kind: "pdf", bytes: 1_240_000, made_by_id: agentId(0), made_by: "Farid Kettlewell", created_at_ms: NOW - 3 * HOUR },
];

export const board: BoardColumn[] = [
  { stage: "new", leads: 2_000, more: true, hot: 120, attempts: 310 }, { stage: "contacted", leads: 2, more: false, hot: 0, attempts: 9 },
  { stage: "interested", leads: 3, more: false, hot: 2, attempts: 14 }, { stage: "qualified", leads: 2, more: false, hot: 1, attempts: 8 },
];
