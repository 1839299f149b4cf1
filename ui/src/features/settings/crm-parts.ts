import type { CrmConnector, CrmConnectorInput, CrmField, CrmRule, CrmState } from "@/api/generated/wire";
import type { Tone } from "@/ui/badge";

export const FIELDS = ["name", "phone", "email", "language", "pincode", "stage", "do_not_call", "source", "source_detail"] as const satisfies readonly CrmField[];

export const STATE_TONE: Record<CrmState, Tone> = { paused: "neutral", waiting: "ok", syncing: "acc", backing_off: "warn" };

const rule = (path: string, to: CrmField, key?: string): CrmRule => (key === undefined ? { path, to, flow: "both" } : { path, to, key, flow: "both" });

/** What a CRM usually has. */
export const USUAL_RULES: readonly CrmRule[] = [rule("name", "name"), rule("phone", "phone"), rule("email", "email"), rule("status", "stage"), rule("source", "source")];

/** A CRM as Laravel's resources have it. */
export const freshConnector = (country: string): CrmConnectorInput => ({
  name: "", campaign_id: null, source: "CRM", base_url: "", auth: "bearer", user: "", secret: null, every_minutes: 5, push: "known",
  api: {
    list_path: "/api/leads", items_path: "data", record_path: "data", id_path: "id", updated_path: "updated_at", since_param: "updated_since", since_as: "iso8601",
    page_param: "page", size_param: "per_page", page_size: 100, extra_query: "", put: false, hook_id_path: "id",
  },
  plan: { rules: [...USUAL_RULES], country, duplicates: "merge", known_within: "campaign" },
  new_hook: false,
});

/** The settings of a CRM as they are sent back. The secret stays the stored one. */
export const inputOf = ({ name, campaign_id, source, base_url, auth, user, every_minutes, push, api, plan }: CrmConnector): CrmConnectorInput =>
  ({ name, campaign_id, source, base_url, auth, user, secret: null, every_minutes, push, api, plan, new_hook: false });

/** A field as the choice of a list: its kind, and for a fact the key behind a colon. */
export const choiceOf = (each: CrmRule): string => (each.to === "field" ? `field:${each.key ?? ""}` : each.to);

/** The rule with another field. A date keeps how it is written. */
export function withField(each: CrmRule, choice: string): CrmRule {
  const { path, flow, dates } = each;
  if (!choice.startsWith("field:")) return { path, flow, to: choice as CrmField };
  const key = choice.slice("field:".length);
  return dates ? { path, flow, to: "field", key, dates } : { path, flow, to: "field", key };
}

/** The last name of a path as the key of a fact. */
export const keyOf = (path: string): string =>
  (path.split(".").at(-1) ?? "").trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "").slice(0, 40) || "field";

/** Whether the page is to be looked at often. */
export const isMoving = (all: readonly CrmConnector[] | undefined): boolean => (all ?? []).some(({ status }) => status.state === "syncing" || status.waiting_in > 0 || (status.state !== "paused" && status.waiting_out > 0));
