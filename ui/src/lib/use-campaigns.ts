import { useQuery } from "@tanstack/react-query";
import type { Campaign } from "@/api/generated/wire";
import { keys } from "@/api/keys";
import { useApp } from "@/app-context";

const NONE: readonly Campaign[] = [];

/** All campaigns, as far as they are known yet. */
export function useCampaigns(): readonly Campaign[] {
  const { api } = useApp();
  return useQuery({ queryKey: keys.campaigns, queryFn: () => api.campaigns() }).data ?? NONE;
}
