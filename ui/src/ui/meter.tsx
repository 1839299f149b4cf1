import { cx } from "@/lib/cx";
import { bars } from "@/state/phone";

/** A share from 0 to 1 as a bar; the value is always in words beside it. */
export const Meter = ({ share, tone }: { share: number; tone?: "ok" | "warn" | "live" | undefined }) => (
  <span className={cx("meter", tone)} aria-hidden="true">
    <i style={{ width: `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%` }} />
  </span>
);

const STEPS = [1, 2, 3, 4] as const;

export function Level({ dbfs, label }: { dbfs: number; label: string }) {
  const lit = bars(dbfs);
  return (
    <span className="level" role="img" aria-label={label}>
      {STEPS.map((step) => <i key={step} className={cx(step <= lit && "on")} />)}
    </span>
  );
}

const MANY = Array.from({ length: 24 }, (_, index) => index);

/** A long level bar for device pages, -60 to 0 dBFS. */
export function LevelBar({ dbfs, label }: { dbfs: number; label: string }) {
  const lit = Math.round(((Math.max(-60, dbfs) + 60) / 60) * MANY.length);
  return (
    <div
      className="lvl" role="meter" aria-label={label} aria-valuemin={-60} aria-valuemax={0}
      aria-valuenow={Math.round(Math.max(-60, dbfs))}
    >
      {MANY.map((step) => <i key={step} className={cx(step < lit && "on")} />)}
    </div>
  );
}
