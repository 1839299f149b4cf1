import { useEffect, useState } from "react";
import { useForm } from "./use-form";
import type { Form } from "./use-form";

export interface VersionedDraft<T> {
  form: Form<T>;
  /** Somebody saved another version after the one that the draft was made of. */
  newer: boolean;
  /** There is a draft that made way for somebody's version. */
  aside: boolean;
  keepMine(): void;
  takeTheirs(): void;
  backToMine(): void;
}

interface Versioned { version: number | null }

const same = <T extends Versioned>(a: T, b: T): boolean => JSON.stringify({ ...a, version: null }) === JSON.stringify({ ...b, version: null });

/** What is kept in versions, as it is being edited, with the version of which it was made; it stays with the draft when the page is left. */
export function useVersionedDraft<T extends Versioned>(theirs: T, key: string): VersionedDraft<T> {
  const form = useForm<T>(theirs, { key });
  const [aside, setAside] = useState<T | null>(null);
  const mine = form.value;
  const outdated = !form.busy && mine.version !== theirs.version;
  // Somebody else saved, or the server put it in its own words. What is open and the focus stay.
  const follow = form.dirty ? outdated && same(mine, theirs) : outdated || !same(mine, theirs);
  useEffect(() => { if (follow) form.reset(theirs); });
  const goOnWith = (draft: T): void => {
    form.reset(theirs);
    form.set({ ...draft, version: theirs.version });
  };
  return {
    form,
    newer: form.dirty && outdated && !follow,
    aside: aside !== null,
    keepMine: () => { goOnWith(mine); },
    takeTheirs: () => {
      setAside(mine);
      form.reset(theirs);
    },
    backToMine: () => {
      if (aside !== null) goOnWith(aside);
      setAside(null);
    },
  };
}
