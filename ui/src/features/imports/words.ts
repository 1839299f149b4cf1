import type { ColumnRule, ImportState, TargetName } from "@/api/generated/wire";
import { saveFile } from "@/lib/save-file";
import type { Tone } from "@/ui/badge";

/** Where a column goes. */
export type Target = Omit<ColumnRule, "column">;

/** A target as the choice of a list: its kind, and for a fact the key behind a colon. */
export const choiceOf = (target: Target): string => (target.to === "field" ? `field:${target.key ?? ""}` : target.to);

/** The target that a choice stands for. A fact keeps how its dates are written. */
export function targetOf(choice: string, before: Target): Target {
  if (choice.startsWith("field:")) {
    const key = choice.slice("field:".length);
    return before.dates ? { to: "field", key, dates: before.dates } : { to: "field", key };
  }
  return { to: choice as TargetName };
}

/** A name of a column as the key of a fact. */
export const keyOf = (column: string): string =>
  column.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "").slice(0, 40) || "column";

export const PLAIN_TARGETS = [
  "leave_out", "name", "phone", "phone_extension", "country", "email", "language", "pincode", "priority", "source",
  "source_detail", "do_not_call",
] as const;

export const stateTone: Record<ImportState, Tone> = {
  uploading: "neutral", ready: "acc", rehearsing: "acc", rehearsed: "acc", importing: "acc", done: "ok", undoing: "warn",
  undone: "neutral", cancelled: "neutral", failed: "live",
};

export const isWorking = (state: ImportState): boolean => state === "rehearsing" || state === "importing" || state === "undoing";

export const count = (n: number, locale: string): string => n.toLocaleString(locale);

/** Saves a text as a file of the person. */
export const saveText = (name: string, parts: string[]): void => { saveFile(name, new Blob(parts, { type: "text/csv;charset=utf-8" })); };
