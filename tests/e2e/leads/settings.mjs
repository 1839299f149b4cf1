// Pages that say what calls of leads come to: sets of outcomes, do-not-call and registry, CRMs.
import { id } from "../lib/ids.mjs";
import { retype, tabTo } from "./keyboard.mjs";
import { same, settled } from "./look.mjs";

const NUMBER = "+919815000001";

export async function settings({ report }, hands) {
  await report.step("A set of outcomes is made from a template", async () => {
    await hands.show("/settings/outcomes");
    await settled(hands);
    await hands.click(id("set-new"));
    await hands.click(id("set-new-sales"));
    await hands.fill(id("set-name"), "Fair calls");
    await hands.scan("outcomes, a new set");
    await hands.click(id("set-save"));
    await hands.seen(`${id("set-editor")} .page-head`, /Fair calls.*version 1/is);
  });

  await report.step("It is edited: another name and key for an outcome, what follows is shown, a version is saved", async () => {
    await hands.clickText(`${id("outcome-item")} button`, "Interested");
    await hands.fill(id("outcome-label"), "Wants to see it");
    await hands.fill(id("outcome-key"), "w");
    same(await hands.values(id("outcome-code")), ["interested"], "the code that calls have");
    await hands.seen(id("outcome-preview"), /Wants to see it/);
    await hands.seen(id("preview-effects"), /\S/);
    await tabTo(hands, id("set-save"));
    await hands.press("Enter");
    await hands.seen(`${id("set-editor")} .page-head`, /version 2/i);
    await hands.seen(id("outcome-item"), /w\s+Wants to see it/i);
    await settled(hands);
    await hands.scan("outcomes, version 2");
  });

  await report.step("Do-not-call: a number by keyboard, and the registry of numbers", async () => {
    await hands.show("/settings/do_not_call");
    await settled(hands);
    await tabTo(hands, id("dnc-number"));
    await retype(hands, NUMBER);
    await tabTo(hands, id("dnc-reason"));
    await hands.type("Asked at the fair");
    await hands.press("Enter");
    await hands.seen(id("dnc-row"), /Asked at the fair/);
    await hands.scan("do not call");
    await hands.click(id("registry-open"));
    await hands.seen(id("registry-dialog"), /\S/);
    await hands.scan("registry");
    await hands.press("Escape");
    await hands.gone(id("registry-dialog"));
  });

  await report.step("CRMs: the page, and the form of a new one", async () => {
    await hands.show("/settings/crm");
    await settled(hands);
    await hands.scan("crm");
    await hands.click(id("crm-new"));
    await hands.seen("dialog[open]", /\S/);
    await hands.scan("crm, a new one");
    await hands.press("Escape");
    await hands.gone("dialog[open]");
  });
}
