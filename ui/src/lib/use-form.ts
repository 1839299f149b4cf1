import { useEffect, useState } from "react";
import { useApp, useT } from "@/app-context";
import { asFailure } from "@/api/failure";
import type { ApiFailure } from "@/api/failure";
import { problemText } from "@/i18n/server-text";

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
  /** Back to what was there before anything was typed. */
  discard(): void;
}

/** Lets a form find what was typed into it again after its page was left, as answering a call does. */
export interface Keep<T> {
  key: string;
  /** Takes passwords and keys out: those are typed again. */
  open?: (value: T) => T;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Values of a form with the state of its sending. */
export function useForm<T extends object>(initial: T, keep: Keep<T> | null = null): Form<T> {
  const { forms } = useApp();
  const t = useT();
  const key = keep?.key ?? null;
  const open = keep?.open ?? ((value: T) => value);
  const [value, setValue] = useState<T>(() => ({ ...initial, ...(key === null ? null : forms.get(key)) }));
  const [saved, setSaved] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const typed = open(value);
  const kept = same(typed, open(saved)) ? null : JSON.stringify(typed);
  useEffect(() => {
    if (key === null) return;
    if (kept === null) forms.drop(key);
    else forms.put(key, JSON.parse(kept) as T);
  }, [forms, key, kept]);
  const back = (next: T): void => {
    setValue(next);
    setSaved(next);
    setFailure(null);
    if (key !== null) forms.drop(key);
  };
  return {
    value, busy, failure,
    set: (change) => { setValue((now) => ({ ...now, ...change })); },
    problem: (field) => {
      const found = failure?.fields.find((each) => each.field === field || each.field.startsWith(`${field}[`) || each.field.startsWith(`${field}.`));
      return found ? problemText(found.problem, t) : null;
    },
    run: async (act) => {
      setBusy(true);
      setFailure(null);
      try {
        await act(value);
        setSaved(value);
        // The page may be gone by now, and would not do it.
        if (key !== null) forms.drop(key);
        return true;
      } catch (cause) {
        setFailure(asFailure(cause));
        return false;
      } finally {
        setBusy(false);
      }
    },
    dirty: !same(value, saved),
    reset: back,
    discard: () => { back(saved); },
  };
}
