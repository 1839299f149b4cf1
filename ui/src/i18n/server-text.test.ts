import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { translator } from ".";
import { carrierText, lossText, problemText, saidText, whyText } from "./server-text";

const [en, hi] = [translator("en"), translator("hi")];
const devanagari = /[\u0900-\u097f]/;

/** What the program holds, without the tests that stand in its files. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((each) => each.isFile() && each.name.endsWith(".rs") && !each.name.includes("tests"))
    .map((each) => readFileSync(`${each.parentPath}/${each.name}`, "utf8").split("#[cfg(test)]")[0] ?? "");
}

/** A format string with its holes filled. */
const filled = (text: string): string =>
  text.replaceAll("{NOTES_LIMIT}", "500").replace(/\{max\}|\{from\}|\{to\}|\{several\}|\{free\}/g, "7").replace(/\{\d?:?\??\}/g, "7");

describe("sentences of the server", () => {
  it("why here: each is in Hindi, with its values", () => {
    for (const [text, value] of [
      ["Owner of this lead.", ""], ["The last to talk to this person.", ""], ["The only agent who is free.", ""], ["Chosen by whoever passed the call on.", ""],
      ["Nobody belongs to this queue.", ""], ["The only agent asked cannot take a call now.", ""], ["None of the 4 agents can take a call now.", "4"],
      ["Free longest (2 h 10 min) of 3 free agents.", "10"], ["Fewest calls today (5) of 3 free agents.", "5"], ["Free longest of 3 free agents.", "3"],
      ["Knows loans, plots and speaks the caller's language: the best match of 3 free agents.", "loans, plots"], ["Knows loans: the best match of 3 free agents.", "loans"],
      ["Speaks the caller's language: the best match of 3 free agents.", "3"],
    ] as const) {
      expect(whyText(text, en)).toContain(value);
      expect(whyText(text, hi)).toMatch(devanagari);
      expect(whyText(text, hi)).toContain(value);
    }
    expect(whyText("A sentence of a newer server.", hi)).toBe("A sentence of a newer server.");
  });

  it("why here: the server writes no other", () => {
    const source = readFileSync("../crates/domain/src/routing/sentence.rs", "utf8").split("#[cfg(test)]")[0] ?? "";
    const whole = [...source.matchAll(/"([^"]+\.)"\.to_owned\(\)/g)].map((match) => match[1] ?? "");
    expect(whole.length).toBeGreaterThan(5);
    expect(whole.filter((each) => !devanagari.test(whyText(each, hi)))).toEqual([]);
  });

  it("field problems: each that the server writes has a text", () => {
    const said = [...sources("../crates/backend/src"), ...sources("../crates/domain/src/dispositions")].flatMap((source) => [
      ...source.matchAll(/BackendError::field\("[^"]*", "([^"]+)"\)/g), ...source.matchAll(/\.require\([^;]*?, "[a-z_.]+", "([^"]+)"\)/g),
    ]).map((match) => match[1] ?? "");
    const errors = ["crates/domain/src/dispositions/validate.rs", "crates/domain/src/phone_number.rs", "src-tauri/src/server_address.rs"].flatMap((file) =>
      [...readFileSync(`../${file}`, "utf8").matchAll(/#\[error\("([^"]+)"\)\]/g)].map((match) => match[1] ?? ""));
    const all = [...said, ...errors].filter((each) => each !== "{0}").map(filled);
    expect(all.length).toBeGreaterThan(25);
    // Only programs meet these.
    const technical = /KiB|cursor|^expected twilio|^expected nothing|^expected 1 to 200$|^the result is not complete/;
    expect(all.filter((each) => !technical.test(each) && !devanagari.test(problemText(each, hi)))).toEqual([]);
  });

  it("a server address that does not work says how", () => {
    expect(problemText("nothing answers at this address: the server cannot be reached: timed out", en)).toBe("Nothing answers at this address. Check it, and the network.");
    expect(problemText("no Switchboard server is at this address: status 404 without a reason", en)).toBe("Something else than Switchboard answers at this address.");
  });

  it("carrier: each sentence of an error code is in Hindi, with what to do", () => {
    const source = readFileSync("../crates/providers/src/twilio/errors.rs", "utf8");
    const said = [...source.matchAll(/\((\d{5}), "([^"]+)"\)/g)].map((match) => match[2] ?? "");
    expect(said.length).toBeGreaterThan(30);
    for (const each of said) {
      expect(carrierText(`the carrier refused the request (error 1): ${each}`, en)).toBe(each);
      expect(carrierText(`the carrier does not accept the account id and token: ${each}`, hi)).toMatch(devanagari);
    }
    const kinds = [...readFileSync("../crates/providers/src/telephony.rs", "utf8").matchAll(/#\[error\("(the carrier (?:asks|knows|cannot|is out)[^"{]*|it is not known[^"{]*)/g)];
    expect(kinds.length).toBe(5);
    for (const [, each = ""] of kinds) expect(carrierText(each, hi)).toMatch(devanagari);
    expect(carrierText("the carrier refused the request (error 99999): In its own words.", hi)).toContain("In its own words.");
  });

  it("reasons and codes", () => {
    expect([lossText("the disk is full", hi), saidText("no_answer", hi), saidText("listen", hi)].every((each) => devanagari.test(each))).toBe(true);
    expect([lossText("503 from the store", hi), saidText("Mira", hi), saidText("queue_full", en)]).toEqual(["503 from the store", "Mira", "queue full"]);
  });
});
