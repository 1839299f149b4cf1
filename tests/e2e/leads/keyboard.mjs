/** Goes on with the Tab key (or another) until the element that is wanted has the focus; `text` is in it or in its label. */
export async function tabTo(hands, css, { text = "", key = "Tab", limit = 90 } = {}) {
  for (let n = 0; n <= limit; n += 1) {
    if (await hands.focused(css, text)) return n;
    await hands.press(key);
  }
  throw new Error(`${css} ${text} is not reached by ${limit} times ${key}`);
}

/** Replaces what stands in the field that has the focus. */
export async function retype(hands, text) {
  await hands.press("Control+a");
  await hands.type(text);
}
