import { useState } from "react";
import { asFailure } from "@/api/failure";
import type { ApiFailure } from "@/api/failure";

export interface Form<T> {
  value: T;
  set(change: Partial<T>): void;
  busy: boolean;
  failure: ApiFailure | null;
  /** What the server says about one field of the body; null when nothing. */
  problem(field: string): string | null;
  /** Runs `act`; true when it went well. What was typed stays in any case. */
  run(act: (value: T) => Promise<unknown>): Promise<boolean>;
  dirty: boolean;
  reset(value: T): void;
}

/** Values of a form with the state of its sending. */
export function useForm<T extends object>(initial: T): Form<T> {
  const [value, setValue] = useState(initial);
  const [saved, setSaved] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  return {
    value, busy, failure,
    set: (change) => { setValue((now) => ({ ...now, ...change })); },
    problem: (field) => failure?.fields.find((each) => each.field === field || each.field.startsWith(`${field}[`) || each.field.startsWith(`${field}.`))?.problem ?? null,
    run: async (act) => {
      setBusy(true);
      setFailure(null);
      try {
        await act(value);
        setSaved(value);
        return true;
      } catch (cause) {
        setFailure(asFailure(cause));
        return false;
      } finally {
        setBusy(false);
      }
    },
    dirty: JSON.stringify(value) !== JSON.stringify(saved),
    reset: (next) => {
      setValue(next);
      setSaved(next);
      setFailure(null);
    },
  };
}
