// One person: two leads made one and two again, a note and a file removed and brought back.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { id } from "../lib/ids.mjs";
import { TWINS } from "./guests.mjs";
import { openLead, same, searchLeads, settled } from "./look.mjs";

const NOTE = "Asked for the plan of the third floor.";
const heading = `${id("lead-page")} h1`;

export async function lead({ report, out }, hands) {
  const [mine, other] = TWINS;
  let kept;

  await report.step("Two leads with one e-mail address are laid side by side, field by field", async () => {
    kept = await openLead(hands, mine);
    await hands.seen(id("duplicate"), new RegExp(other.replace(".", "\\.")));
    await hands.click(id("merge-compare"));
    await hands.seen(id("merge-dialog"), /\S/);
    await hands.click(id("merge-name-other"));
    await hands.scan("merge");
  });

  await report.step("They are merged by hand: one lead, with the name that was chosen and both numbers", async () => {
    await hands.click(id("merge-do"));
    await hands.gone(id("merge-dialog"));
    await hands.seen(id("merge-done"), new RegExp(other.replace(".", "\\.")));
    await hands.seen(heading, new RegExp(`^${other.replace(".", "\\.")}`));
    same(await hands.attributes(id("lead-page"), "data-lead"), [kept], "the lead that stays");
    const [head] = await hands.texts(`${id("lead-page")} .page-head`);
    for (const number of ["9814000059", "9814000058"]) if (!head.replace(/\s/g, "").includes(number)) throw new Error(`${number} is not in: ${head}`);
    await hands.scan("lead merged");
    await searchLeads(hands, mine, 0);
  });

  await report.step("The merge is taken apart: both are there as they were", async () => {
    await openLead(hands, other);
    await hands.click(id("merge-undo"));
    await hands.seen(heading, new RegExp(`^${mine}`));
    await searchLeads(hands, other, 1);
    await openLead(hands, mine);
    await hands.seen(id("duplicate"), /\S/);
    await hands.scan("lead apart again");
  });

  await report.step("A note is written, removed, and brought back by undo", async () => {
    await hands.fill(id("note-text"), NOTE);
    await hands.click(id("note-add"));
    await hands.seen(id("lead-note"), new RegExp(NOTE));
    await hands.click(id("note-remove"));
    await hands.gone(id("lead-note"));
    if (!(await hands.focused(id("removed-undo")))) throw new Error("the way back has not the focus");
    await hands.press("Enter");
    await hands.seen(id("lead-note"), new RegExp(NOTE));
  });

  await report.step("A file is added, removed, and brought back by undo", async () => {
    const path = join(out, "floor plan.txt");
    writeFileSync(path, "The third floor, as of today.\n");
    await hands.attach(id("file-input"), path);
    await hands.seen(id("lead-file"), /floor plan\.txt/);
    await hands.click(id("file-remove"));
    await hands.gone(id("lead-file"));
    await hands.click(id("removed-undo"));
    await hands.seen(id("lead-file"), /floor plan\.txt/);
    await settled(hands);
    await hands.scan("lead with note and file");
  });
}
