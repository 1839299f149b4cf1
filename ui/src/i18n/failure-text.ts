import { asFailure } from "@/api/failure";
import type { FailureCode } from "@/api/failure";
import { nameOf } from "@/lib/names";
import { problemText } from "./server-text";
import { hasKey } from "./index";
import type { Key, Translate } from "./index";

export interface FailureText {
  /** What is so. */
  title: string;
  /** What to do. */
  text: string;
}

const titleKey = (code: FailureCode): Key => `error.${code}.title`;
const textKey = (code: FailureCode): Key => `error.${code}.text`;

/** `callback.local_time` and `fields.budget` as they stand on the form. */
function fieldName(path: string, t: Translate): string {
  if (path.startsWith("callback")) return t("field.callback");
  const key = path.replace(/^fields\./, "");
  const queue = `queues.${key}`;
  return hasKey(queue) ? t(queue) : nameOf(t, "field", key);
}

/** Any error in two sentences: what is so, and what to do. The server's fields are named when it gave them. */
export function failureText(cause: unknown, t: Translate): FailureText {
  const failure = asFailure(cause);
  const by = failure.details["taken_by"];
  if (failure.code === "offer_taken" && typeof by === "string") {
    return { title: t("ring.taken_by", { name: by }), text: t("ring.taken_text") };
  }
  const fields = failure.fields.map((each) => `${fieldName(each.field, t)}: ${problemText(each.problem, t)}`).join(" · ");
  const wait = failure.retryAfterS === null ? "" : ` ${t("error.wait", { s: failure.retryAfterS })}`;
  return { title: t(titleKey(failure.code)), text: (fields === "" ? t(textKey(failure.code)) : fields) + wait };
}

const INCOMPLETE = "the result is not complete: ";

/** The sentence in which the server names what an outcome lacks, field by field; null when it is another sentence. */
export function incompleteText(reason: string, t: Translate): string | null {
  if (!reason.startsWith(INCOMPLETE)) return null;
  return reason.slice(INCOMPLETE.length).split("; ").map((each) => {
    const [field = "", ...problem] = each.split(": ");
    return `${fieldName(field, t)}: ${problemText(problem.join(": "), t)}`;
  }).join(" · ");
}
