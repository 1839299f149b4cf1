import type { LeadFilter, LeadSetFilter, LeadSort, LeadView } from "@/api/generated/wire";

/** What the address of the lead list says. */
export interface LeadSearch {
  search?: string;
  heat?: string;
  stage?: string;
  mine?: string;
  owner?: string;
  campaign?: string;
  tag?: string;
  sort?: string;
}

const HEATS = ["hot", "warm", "cold"] as const;

/** Which leads the address means. */
export function filterOf(search: LeadSearch, me: string): LeadSetFilter {
  const heat = HEATS.find((each) => each === search.heat);
  const owner = search.mine ? me : search.owner;
  return {
    ...(search.search ? { search: search.search } : {}), ...(heat ? { heat } : {}), ...(search.stage ? { stage: search.stage } : {}),
    ...(owner ? { owner_id: owner } : {}), ...(search.campaign ? { campaign_id: search.campaign } : {}), ...(search.tag ? { tag_id: search.tag } : {}),
  };
}

export const sortOf = (search: LeadSearch): LeadSort => (search.sort === "oldest" ? "oldest" : "newest");

/** What the list asks the server for. */
export const listFilter = (search: LeadSearch, me: string): LeadFilter =>
  ({ limit: 50, ...filterOf(search, me), ...(sortOf(search) === "oldest" ? { sort: "oldest" as const } : {}) });

/** The address of a view. */
export function searchOf(view: Pick<LeadView, "filter" | "sort">, me: string): LeadSearch {
  const { filter } = view;
  const mine = filter.owner_id === me;
  return {
    ...(filter.search ? { search: filter.search } : {}), ...(filter.heat ? { heat: filter.heat } : {}), ...(filter.stage ? { stage: filter.stage } : {}),
    ...(mine ? { mine: "1" } : filter.owner_id ? { owner: filter.owner_id } : {}), ...(filter.campaign_id ? { campaign: filter.campaign_id } : {}),
    ...(filter.tag_id ? { tag: filter.tag_id } : {}), ...(view.sort === "oldest" ? { sort: "oldest" } : {}),
  };
}

/** The view that the address shows, if it is one. */
export const viewOf = (views: readonly LeadView[], search: LeadSearch, me: string): LeadView | undefined => {
  const shown = (each: LeadSearch): string => JSON.stringify(Object.entries(each).filter(([, value]) => Boolean(value)).sort());
  return views.find((each) => shown(searchOf(each, me)) === shown(search));
};
