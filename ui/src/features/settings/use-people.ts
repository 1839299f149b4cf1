import { useQuery } from "@tanstack/react-query";
import type { User } from "@/api/generated/wire";
import { useApp } from "@/app-context";
import { keys } from "@/api/keys";

/** People who can be members of queues and campaigns, by name. */
export function usePeople(): User[] {
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.users, queryFn: () => api.users() });
  return (query.data?.items ?? []).filter((each) => each.active && each.role !== "viewer").sort((a, b) => a.name.localeCompare(b.name));
}
