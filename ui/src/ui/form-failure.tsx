import { useT } from "@/app-context";
import type { ApiFailure } from "@/api/failure";
import { failureText } from "@/i18n/failure-text";
import { Note } from "./note";

/** Why a form was not taken, read out at once. */
export function FormFailure({ failure }: { failure: ApiFailure | null }) {
  const t = useT();
  if (!failure) return null;
  const { title, text } = failureText(failure, t);
  return <Note tone="warn" alert testid="form-error"><b className="strong">{title}</b> {text}</Note>;
}
