/** `AM` of `Asha Marigold`. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}

export const firstName = (name: string): string => name.trim().split(/\s+/u)[0] ?? name;

/** `preferred_location` as `Preferred location`, for keys without a text of their own. */
export function humanise(key: string): string {
  const words = key.replace(/^fields\./, "").replace(/[._-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** With a capital first letter, since a name that begins it may be `the customer`. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What `text` says beyond `beginning`, so that nothing is read twice; empty when that is nothing. */
export const beyond = (text: string, beginning: string): string =>
  text.startsWith(beginning) ? text.slice(beginning.length).trim() : text;

/** `en`, `en-IN` and `english` as a person calls it in their own language. */
export function languageName(language: string, locale: string): string {
  if (!/^[a-z]{2,3}(-|$)/i.test(language)) return sentence(language);
  return sentence(new Intl.DisplayNames(locale, { type: "language" }).of(language) ?? language);
}

/** Bytes as people say them: `1.2 MB`. A no-break space stands before the unit. */
export function bytes(n: number): string {
  if (n < 1000) return `${n}\u00a0B`;
  if (n < 1_000_000) return `${(n / 1000).toFixed(1)}\u00a0kB`;
  return `${(n / 1_000_000).toFixed(1)}\u00a0MB`;
}

/** Two-decimal share as percent: `84 %`. */
export const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`;

/** `+0.4`, `−0.5`, `0.0` with a true minus sign. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  if (text === "0.0") return text;
  return value > 0 ? `+${text}` : `−${text}`;
}

/** Splits a comma- or line-separated list that a person typed. */
export const splitList = (text: string): string[] =>
  text.split(/[,\n]/).map((each) => each.trim()).filter(Boolean);
