import type { AssignmentMatch, AssignmentPassed, AssignmentReason } from "@/api/generated/wire";
import type { Translate } from "@/i18n";
import { nameOf } from "@/lib/names";
import { languageName } from "@/lib/text";
import { FIELDS } from "./rule-set";

/** As a word within a sentence. */
const within = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const list = (words: string[], type: "conjunction" | "disjunction", locale: string): string =>
  new Intl.ListFormat(locale === "hi" ? "hi-IN" : "en-GB", { type }).format(words);

/** In which language, and what things that are known by an id are called. */
interface Words { t: Translate; locale: string; campaigns: readonly { id: string; name: string }[] }

function valueWords(field: string, value: string, { t, locale, campaigns }: Words): string {
  switch (field) {
    case "campaign": return campaigns.find((each) => each.id === value)?.name ?? value;
    case "heat": case "stage": return within(nameOf(t, field, value));
    case "language": return languageName(value, locale);
    default: return value;
  }
}

function matchWords({ field, operator, values }: AssignmentMatch, words: Words): string {
  const { t, locale } = words;
  const known = FIELDS.find((each) => each === field);
  return t(`given.op_${operator}`, {
    field: within(known ? t(`assign.field_${known}`) : nameOf(t, "field", field)),
    values: list(values.map((each) => valueWords(field, each, words)), "disjunction", locale),
  });
}

const passedWords = (passed: readonly AssignmentPassed[], t: Translate): string =>
  passed.map((each) => t("given.but", { rule: each.rule, why: t(`given.not_${each.why}`) })).join("");

/** Why a lead is whose it is, in one sentence. */
export function whyGiven(reason: AssignmentReason, words: Words): string {
  const { t, locale } = words;
  switch (reason.kind) {
    case "keeps": return t("given.keeps", { agent: reason.agent });
    case "rule": return t("given.rule", {
      rule: reason.rule, n: reason.version, agent: reason.agent, how: t(`given.how_${reason.strategy}`), but: passedWords(reason.passed, t),
      why: reason.met.length === 0 ? t("given.every_lead") : list(reason.met.map((each) => matchWords(each, words)), "conjunction", locale),
    });
    case "fallback": {
      const but = passedWords(reason.passed, t);
      return reason.agent === null ? t("given.nobody", { n: reason.version, but }) : t("given.fallback", { n: reason.version, agent: reason.agent, but });
    }
    case "owner_left": return t("given.owner_left", { left: reason.left });
    case "given_on": return t("given.given_on", { left: reason.left });
    case "person": return reason.to === null ? t("given.taken", { by: reason.by }) : t("given.person", { by: reason.by, to: reason.to });
    case "language": return t("given.language", { speaks: reason.speaks, does_not: reason.does_not, language: languageName(reason.language, locale) });
    case "undone": return t("given.undone");
    // From before reasons were data: English in every language.
    case "said": return reason.sentence;
  }
}
