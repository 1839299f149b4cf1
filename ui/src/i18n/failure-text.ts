import { asFailure } from "@/api/failure";
import type { FailureCode } from "@/api/failure";
import type { Key, Translate } from "./index";

export interface FailureText {
  /** What is so. */
  title: string;
  /** What to do. */
  text: string;
}

const titleKey = (code: FailureCode): Key => `error.${code}.title`;
const textKey = (code: FailureCode): Key => `error.${code}.text`;

/** Any error in two sentences: what is so, and what to do. The server's fields are named when it gave them. */
export function failureText(cause: unknown, t: Translate): FailureText {
  const failure = asFailure(cause);
  const by = failure.details["taken_by"];
  if (failure.code === "offer_taken" && typeof by === "string") {
    return { title: t("ring.taken_by", { name: by }), text: t("ring.taken_text") };
  }
  const fields = failure.fields.map((each) => `${each.field}: ${each.problem}`).join(" · ");
  const wait = failure.retryAfterS === null ? "" : ` ${t("error.wait", { s: failure.retryAfterS })}`;
  return { title: t(titleKey(failure.code)), text: (fields === "" ? t(textKey(failure.code)) : fields) + wait };
}
