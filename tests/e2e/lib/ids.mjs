/** Selector of an element that the page marks for tests (ui/TESTIDS.md). */
export const id = (name) => `[data-testid="${name}"]`;

/** The first element whose mark begins so. */
export const idOf = (beginning) => `[data-testid^="${beginning}"]`;
