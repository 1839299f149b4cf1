import type { Role } from "@/api/generated/wire";

/** What a person may do. The server decides; this only keeps screens from offering what it will refuse. */
export type Right = "take_calls" | "monitor" | "configure" | "configure_access" | "edit_leads" | "take_in";

const RIGHTS: Record<Role, readonly Right[]> = {
  tenant_admin: ["take_calls", "monitor", "configure", "configure_access", "edit_leads", "take_in"],
  manager: ["take_calls", "monitor", "configure", "edit_leads", "take_in"],
  telecaller: ["take_calls", "edit_leads"],
  field_agent: ["edit_leads"],
  viewer: [],
};

export const may = (role: Role, right: Right): boolean => RIGHTS[role].includes(right);
