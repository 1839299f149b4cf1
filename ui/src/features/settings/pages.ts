import type { Right } from "@/state/rights";
import type { IconName } from "@/ui/icon";

export const PAGES = [
  "devices", "appearance", "keys",
  "users", "queues", "numbers", "campaigns", "outcomes", "assignment", "voicemail", "masking", "do_not_call", "carrier", "sip", "storage", "engines", "intake", "crm",
  "jobs", "audit",
] as const;

export type PageId = (typeof PAGES)[number];

export const isPageId = (text: string): text is PageId => PAGES.some((each) => each === text);

export interface PageInfo {
  id: PageId;
  icon: IconName;
  group: "mine" | "team" | "services" | "records";
  /** Who sees the page; null for everybody. */
  right: Right | null;
}

export const INFO: readonly PageInfo[] = [
  { id: "devices", icon: "headset", group: "mine", right: null },
  { id: "appearance", icon: "eye", group: "mine", right: null },
  { id: "keys", icon: "key", group: "mine", right: null },
  { id: "users", icon: "users", group: "team", right: "configure" },
  { id: "queues", icon: "queue", group: "team", right: "configure" },
  { id: "numbers", icon: "phone", group: "team", right: "configure" },
  { id: "campaigns", icon: "megaphone", group: "team", right: "configure" },
  { id: "outcomes", icon: "book-check", group: "team", right: "configure_access" },
  { id: "assignment", icon: "flow", group: "team", right: "configure" },
  { id: "voicemail", icon: "phone", group: "team", right: "configure" },
  { id: "masking", icon: "eye", group: "team", right: "configure" },
  { id: "do_not_call", icon: "stop", group: "team", right: "configure" },
  { id: "carrier", icon: "cord", group: "services", right: "configure_access" },
  { id: "sip", icon: "phone", group: "services", right: "configure_access" },
  { id: "storage", icon: "cloud", group: "services", right: "configure_access" },
  { id: "engines", icon: "chart", group: "services", right: "configure_access" },
  { id: "intake", icon: "import", group: "services", right: "configure_access" },
  { id: "crm", icon: "transfer", group: "services", right: "configure_access" },
  { id: "jobs", icon: "refresh", group: "records", right: "configure" },
  { id: "audit", icon: "book-check", group: "records", right: "configure_access" },
];
