// Everything by keyboard: a person and a page of the settings found by Ctrl+K.
import { id } from "../lib/ids.mjs";
import { until } from "../lib/wait.mjs";
import { FAMILY } from "./tags.mjs";

export async function palette({ report }, hands) {
  const open = async (typed) => {
    await hands.press("Control+k");
    await until("the field has the focus", 5_000, () => hands.focused(id("find-input")));
    await hands.type(typed);
  };

  await report.step("Ctrl+K finds a lead by name, and Enter opens it", async () => {
    await open(`Cora ${FAMILY}`);
    await hands.seen(`${id("palette-lead")}[aria-selected="true"]`, /Cora/);
    await hands.scan("palette");
    await hands.press("Enter");
    await hands.gone(id("find-dialog"));
    await hands.seen(`${id("lead-page")} h1`, /^Cora/);
  });

  await report.step("And a page of the settings, with the arrow keys", async () => {
    await open("recorded");
    await hands.seen(id("palette-command"), /recorded messages/i);
    await hands.press("ArrowDown");
    await hands.press("ArrowUp");
    await hands.press("Enter");
    await until("the page of recorded messages", 5_000, async () => (await hands.address()) === "/settings/voicemail");
  });

  await report.step("Escape closes it, with the focus where it was", async () => {
    await hands.show("/leads");
    await hands.click(id("leads-search"));
    await open("x");
    await hands.press("Escape");
    await hands.gone(id("find-dialog"));
    if (!(await hands.focused(id("leads-search")))) throw new Error("the focus is lost by closing the palette");
  });
}
