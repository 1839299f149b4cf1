import { useInfiniteQuery } from "@tanstack/react-query";
import type { Page } from "@/api/generated/wire";

export interface Pages<T> {
  /** Undefined until the first page is here. */
  items: T[] | undefined;
  error: unknown;
  more: boolean;
  loadingMore: boolean;
  loadMore(): void;
  retry(): void;
}

/** A list that comes page by page. */
export function usePages<T>(queryKey: readonly unknown[], read: (cursor: string | undefined) => Promise<Page<T>>): Pages<T> {
  const query = useInfiniteQuery({
    queryKey: [...queryKey, "pages"],
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items),
    error: query.isError && query.data === undefined ? query.error : null,
    more: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}
