// What people agree to, and forms that hand leads in by a key.
import { id } from "../lib/ids.mjs";
import { openLead, settled } from "../leads/look.mjs";
import { numberOf } from "../leads/people.mjs";
import { until } from "../lib/wait.mjs";
import { FAMILY } from "./tags.mjs";

const NEWCOMER = "Nadia Landing";

export async function contact({ report, world }, hands) {
  await report.step("Consent by e-mail is put down with its proof, withdrawn, and both are in the history", async () => {
    await openLead(hands, `Anna ${FAMILY}`);
    await hands.choose(id("consent-channel"), "email");
    await hands.fill(id("consent-proof"), "Signed at the stall");
    await hands.click(id("consent-give"));
    await hands.seen(id("consent-now"), /e-mail.*given/is);
    await hands.click(id("consent-withdraw"));
    await hands.seen(id("consent-now"), /e-mail.*withdrawn/is);
    await hands.click(`${id("consents")} details summary`);
    await hands.seen(`${id("consents")} details ul`, /Signed at the stall/);
    await hands.scan("consent");
  });

  await report.step("A link by which the person can object is copied", async () => {
    await hands.click(id("consent-link"));
    await hands.seen(id("toast"), /copied/i);
  });

  await report.step("A key for a form is made; its secret is shown once and copied", async () => {
    await hands.show("/settings/intake");
    await settled(hands);
    await hands.scan("intake keys");
    await hands.click(id("intake-new"));
    await hands.fill(id("intake-name"), "Landing page");
    await hands.fill(id("intake-source"), "Spring offer");
    await hands.scan("a new intake key");
    await hands.click(id("edit-save"));
    const said = await hands.seen(`${id("intake-secret")} code`, /\S{20}/);
    await hands.click(`${id("intake-secret")} ${id("copy-webhook")}`);
    const toasts = await until("it is said that it was copied", 10_000, async () => {
      const texts = await hands.texts(id("toast"));
      return texts.some((each) => /^Copied/.test(each.trim())) ? { texts } : { notYet: texts.join(" | ") };
    });
    if (toasts.texts.some((each) => each.includes(said))) throw new Error("the secret is in a toast");
    await hands.scan("secret of an intake key");
    await hands.press("Escape");
    await hands.gone(id("intake-secret"));
    await hands.seen(id("intake-row"), /Landing page/);
    const handed = await fetch(`${world.serverUrl}/intake/leads`, {
      method: "POST", headers: { authorization: `Bearer ${said.trim()}`, "content-type": "application/json" }, body: JSON.stringify({ name: NEWCOMER, phone: numberOf("16", 0) }),
    });
    if (!handed.ok) throw new Error(`the form's lead: ${handed.status} ${await handed.text()}`);
    const lead = await openLead(hands, NEWCOMER);
    await hands.seen(id("lead-page"), /Spring offer/);
    return { lead };
  });
}
