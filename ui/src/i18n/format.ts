export type Params = Readonly<Record<string, string | number>>;

/**
 * Fills `{name}` and `{n:one form:other form}`; in a form `#` is the number. Forms follow the plural rules of the
 * language.
 */
export function fill(text: string, params: Params | undefined, locale: string): string {
  if (!params) return text;
  return text.replace(/\{(\w+)(?::([^:{}]*):([^:{}]*))?\}/g, (whole, name: string, one?: string, other?: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    if (one === undefined || other === undefined) return String(value);
    const form = new Intl.PluralRules(locale).select(Number(value)) === "one" ? one : other;
    return form.replaceAll("#", String(value));
  });
}
