// `--name value` and `--flag` of a run.
export function args(defaults) {
  const given = { ...defaults };
  const words = process.argv.slice(2);
  while (words.length > 0) {
    const word = words.shift();
    const name = word.replace(/^--/, "").replaceAll("-", "_");
    if (!word.startsWith("--") || !(name in defaults)) throw new Error(`${word} is not known; there are: ${Object.keys(defaults).map((each) => `--${each.replaceAll("_", "-")}`).join(" ")}`);
    given[name] = typeof defaults[name] === "boolean" ? true : words.shift();
  }
  return given;
}
