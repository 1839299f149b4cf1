/** Cards of a column, from top to bottom. */
export const cardsOf = (stage: string | undefined): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>(`[data-stage="${CSS.escape(stage ?? "")}"] [data-card]`)];

export function focusCard(card: HTMLElement | undefined): void {
  card?.focus();
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
