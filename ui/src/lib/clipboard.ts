/**
 * Copies what is not there yet, and gives it. WebKit lets a page write to the clipboard only while the click is being handled, and
 * takes a promise for it (https://webkit.org/blog/10855/async-clipboard-api/).
 */
export async function copyLater(text: Promise<string>): Promise<string> {
  if (typeof ClipboardItem === "undefined") {
    await navigator.clipboard.writeText(await text);
    return text;
  }
  const plain = text.then((said) => new Blob([said], { type: "text/plain" }));
  // What went wrong with the text is told in place of what the clipboard makes of it.
  const [said] = await Promise.all([text, navigator.clipboard.write([new ClipboardItem({ "text/plain": plain })])]);
  return said;
}
