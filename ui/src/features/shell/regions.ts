/**
 * Moves the focus to the next (1) or previous (-1) region of the page, in reading order, round at the ends. A region is
 * any visible element with `data-region`.
 */
export function moveRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")]
    .filter((each) => each.offsetParent !== null || each.getClientRects().length > 0);
  if (regions.length === 0) return;
  const at = regions.findIndex((each) => each.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  if (!next) return;
  const first = next.querySelector<HTMLElement>(
    "button:not([tabindex='-1']), a[href], input, select, textarea, [tabindex='0']",
  );
  (first ?? next).focus();
}
