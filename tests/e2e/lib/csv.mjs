/** Rows of cells of a text with quotation marks as spreadsheets write them. */
export function rowsOf(text, separator = ",") {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const end = () => { rows.at(-1).push(cell); cell = ""; };
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted && letter === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (letter === '"' && (quoted || cell === "")) quoted = !quoted;
    else if (!quoted && letter === separator) end();
    else if (!quoted && letter === "\n") {
      end();
      rows.push([]);
    } else if (quoted || letter !== "\r") cell += letter;
  }
  end();
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}
