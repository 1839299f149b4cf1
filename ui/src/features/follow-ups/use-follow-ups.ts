import { useApp, useT } from "@/app-context";
import type { Snooze, TaskFilter, TaskStatus, UserId } from "@/api/generated/wire";
import { keys } from "@/api/keys";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ofCallback, ofTask, together } from "@/state/follow-ups";
import type { FollowUp } from "@/state/follow-ups";

export interface FollowUpList {
  items: FollowUp[] | undefined;
  error: unknown;
  more: boolean;
  loadingMore: boolean;
  loadMore(): void;
  retry(): void;
}

/** Tasks and callbacks of a filter as one list, page by page. */
export function useFollowUps(filter: TaskFilter): FollowUpList {
  const { api } = useApp();
  const paging = { initialPageParam: undefined as string | undefined, getNextPageParam: (page: { next: string | null }) => page.next ?? undefined };
  const tasks = useInfiniteQuery({ ...paging, queryKey: [...keys.tasks, filter], queryFn: ({ pageParam }) => api.tasks(pageParam ? { ...filter, cursor: pageParam } : filter) });
  const callbacks = useInfiniteQuery({ ...paging, queryKey: [...keys.callbacks, filter], queryFn: ({ pageParam }) => api.callbacks(pageParam ? { ...filter, cursor: pageParam } : filter) });
  const ready = tasks.data !== undefined && callbacks.data !== undefined;
  const of = <T>(pages: { items: T[] }[] | undefined): T[] => pages?.flatMap((page) => page.items) ?? [];
  return {
    items: ready ? together(of(tasks.data.pages).map(ofTask), tasks.hasNextPage, of(callbacks.data.pages).map(ofCallback), callbacks.hasNextPage) : undefined,
    error: ready ? null : (tasks.error ?? callbacks.error),
    more: tasks.hasNextPage || callbacks.hasNextPage,
    loadingMore: tasks.isFetchingNextPage || callbacks.isFetchingNextPage,
    loadMore: () => {
      if (tasks.hasNextPage) void tasks.fetchNextPage();
      if (callbacks.hasNextPage) void callbacks.fetchNextPage();
    },
    retry: () => {
      void tasks.refetch();
      void callbacks.refetch();
    },
  };
}

export interface FollowUpActs {
  setStatus(item: FollowUp, status: TaskStatus): void;
  snooze(item: FollowUp, until: Snooze): void;
  reassign(items: readonly FollowUp[], to: UserId, name: string): Promise<boolean>;
  call(item: FollowUp): void;
  refresh(): Promise<unknown>;
}

/** What can be done with them. Each is said, and what was ticked off can be opened again. */
export function useFollowUpActs(): FollowUpActs {
  const t = useT();
  const { api, queries, toasts, fail } = useApp();
  const refresh = () => Promise.all([keys.tasks, keys.callbacks, keys.worklist()].map((queryKey) => queries.invalidateQueries({ queryKey: [...queryKey] })));
  const act = (work: Promise<unknown>, title: string): void => void work.then(refresh)
    .then(() => { toasts.show({ tone: "ok", title, text: null, stays: false }); }).catch(fail);
  return {
    refresh,
    setStatus: (item, status) => { act(item.kind === "task" ? api.updateTask(item.id, { status }) : api.updateCallback(item.id, { status }), t(status === "open" ? "follow.opened" : "follow.done_said")); },
    snooze: (item, until) => { act(item.kind === "task" ? api.snoozeTask(item.id, { until }) : api.snoozeCallback(item.id, { until }), t("follow.snoozed", { until: t(`snooze.${until}`) })); },
    reassign: async (items, to, name) => {
      const of = (kind: FollowUp["kind"]): string[] => items.filter((each) => each.kind === kind).map((each) => each.id);
      try {
        await api.reassignFollowUps({ tasks: of("task"), callbacks: of("callback"), to });
        await refresh();
        toasts.show({ tone: "ok", title: t("follow.given", { n: items.length, name }), text: null, stays: false });
        return true;
      } catch (cause) {
        fail(cause);
        return false;
      }
    },
    call: (item) => { if (item.leadId) void api.placeCall({ lead_id: item.leadId }).catch(fail); },
  };
}
