import type { Campaign, LeadCard } from "@/api/generated/wire";
import type { Translate } from "@/i18n";
import { nameOf } from "@/lib/names";

/** A field of the two leads side by side, in words. */
export interface MergeRow {
  field: string;
  kept: string;
  other: string;
}

export type Side = "kept" | "other";

interface Words {
  t: Translate;
  campaigns: readonly Pick<Campaign, "id" | "name">[];
}

function valuesOf({ lead }: LeadCard, { t, campaigns }: Words): Record<string, string> {
  return {
    name: lead.name, phone: lead.phone, email: lead.email ?? "", stage: nameOf(t, "stage", lead.stage), heat: t(`heat.${lead.heat}`), owner: lead.owner_name ?? "",
    campaign: campaigns.find((each) => each.id === lead.campaign_id)?.name ?? lead.campaign_id ?? "", language: lead.language ?? "", zone: lead.zone,
    source: lead.source ?? "", source_detail: lead.source_detail ?? "",
    ...Object.fromEntries(Object.entries(lead.fields).map(([key, value]) => [`fields.${key}`, value])),
  };
}

/** All fields that either of the two has, those that differ first. */
export function rowsOf(kept: LeadCard, other: LeadCard, words: Words): MergeRow[] {
  const [mine, theirs] = [valuesOf(kept, words), valuesOf(other, words)];
  const rows = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])]
    .map((field) => ({ field, kept: mine[field] ?? "", other: theirs[field] ?? "" }))
    .filter((row) => row.kept !== "" || row.other !== "");
  return [...rows.filter((row) => row.kept !== row.other), ...rows.filter((row) => row.kept === row.other)];
}

/** What is chosen before anybody chooses: nothing that is known is lost. */
export const firstPicks = (rows: readonly MergeRow[]): Record<string, Side> =>
  Object.fromEntries(rows.map(({ field, kept, other }) => [field, kept === "" && other !== "" ? "other" : "kept"]));

/** Fields of which the other's value stays, as the server takes them. */
export const takenOf = (rows: readonly MergeRow[], picks: Readonly<Record<string, Side>>): string[] =>
  rows.filter(({ field, kept, other }) => kept !== other && picks[field] === "other").map(({ field }) => field);
