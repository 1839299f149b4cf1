import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useT } from "@/app-context";
import { ApiFailure } from "@/api/failure";
import { ErrorBox } from "./state-box";

/** True once `ms` have passed while mounted. */
function useAfter(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const id = setTimeout(() => { setPassed(true); }, ms);
    return () => { clearTimeout(id); };
  }, [ms]);
  return passed;
}

const ROWS = [72, 48, 64, 56, 80, 40];

/** Nothing for 150 ms, then grey lines; after 10 s the error state with "Try now". */
export function Loading({ rows = 6, onRetry }: { rows?: number; onRetry?: () => void }) {
  const t = useT();
  const shown = useAfter(150);
  const late = useAfter(10_000);
  if (late) {
    const slow = new ApiFailure({ code: "no_answer", message: "no answer within 10 s", request_id: "" }, 0);
    return <ErrorBox cause={slow} onRetry={onRetry} />;
  }
  if (!shown) return null;
  return (
    <div className="skel-rows" role="status" aria-label={t("ui.loading")}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="skel" style={{ width: `${ROWS[index % ROWS.length] ?? 60}%` }} />
      ))}
    </div>
  );
}

interface Props<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  rows?: number;
}

/** A server's answer in its four forms: on the way, late, failed, here. */
export function Loaded<T>({ query, children, rows }: Props<T>) {
  const retry = (): void => void query.refetch();
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <ErrorBox cause={query.error} onRetry={retry} />;
  return <Loading {...(rows === undefined ? {} : { rows })} onRetry={retry} />;
}
