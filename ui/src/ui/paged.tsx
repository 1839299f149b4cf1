import type { ReactNode } from "react";
import { useT } from "@/app-context";
import type { Pages } from "@/lib/use-pages";
import { Button } from "./button";
import { Loading } from "./loaded";
import { ErrorBox } from "./state-box";

interface Props<T> {
  pages: Pages<T>;
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}

/** A paged list in its four forms, with "Show more" at the end. */
export function Paged<T>({ pages, empty, children }: Props<T>) {
  const t = useT();
  if (pages.items === undefined) {
    return pages.error ? <ErrorBox cause={pages.error} onRetry={pages.retry} /> : <Loading rows={8} onRetry={pages.retry} />;
  }
  if (pages.items.length === 0) return <>{empty}</>;
  return (
    <>
      {children(pages.items)}
      {pages.more ? (
        <div className="more"><Button busy={pages.loadingMore} onClick={pages.loadMore} data-testid="load-more">{t("ui.more")}</Button></div>
      ) : null}
    </>
  );
}
