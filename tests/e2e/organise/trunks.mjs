// A trunk, a telephone on a desk, and an account at Exotel: entered, tried, corrected and taken away.
import { id } from "../lib/ids.mjs";
import { settled } from "../leads/look.mjs";

const TRUNK = "Lines of the house";
/** Nobody listens there. */
const NOWHERE = "127.0.0.1:5999";

async function agentOf({ api, agent }) {
  const { items } = await api.get("/users");
  return items.find((each) => each.email === agent.email).id;
}

export async function trunks({ report, world }, hands) {
  await report.step("A trunk with a host that is none is refused beside its field, and what was typed stays", async () => {
    await hands.show("/settings/sip");
    await settled(hands);
    await hands.scan("trunks, none yet");
    await hands.click(id("trunk-new"));
    await hands.fill(id("trunk-name"), TRUNK);
    await hands.fill(id("trunk-host"), "no host at all");
    await hands.choose(id("trunk-kind"), "peer");
    await hands.scan("a new trunk");
    await hands.click(id("edit-save"));
    const said = await hands.seen(`${id("edit-dialog")} [role="alert"]`, /\S/);
    const [kept] = await hands.values(id("trunk-name"));
    if (kept !== TRUNK) throw new Error(`the name is ${kept}`);
    return { said };
  });

  await report.step("It is saved, and trying it says in words that nobody answers", async () => {
    await hands.fill(id("trunk-host"), NOWHERE);
    await hands.click(id("edit-save"));
    await hands.gone(id("edit-dialog"));
    await hands.seen(id("trunk"), new RegExp(TRUNK));
    await hands.click(id("trunk-test"));
    const said = await hands.seen(id("trunk-test-result"), /\S/, 60_000);
    await hands.scan("trunks");
    return { said: said.replace(/\s+/g, " ") };
  });

  await report.step("A telephone for a desk is entered and waits to be signed in", async () => {
    await hands.click(id("extension-new"));
    await hands.fill(id("extension-username"), "desk-7");
    await hands.choose(id("extension-user"), await agentOf(world));
    await hands.fill(id("extension-password"), "a-password-of-a-telephone");
    await hands.scan("a new telephone");
    await hands.click(id("edit-save"));
    await hands.gone(id("edit-dialog"));
    return { telephone: (await hands.seen(id("extension"), /desk-7/)).replace(/\s+/g, " ") };
  });

  await report.step("Both are taken away again", async () => {
    for (const row of ["trunk", "extension"]) {
      await hands.click(`${id(row)} button`);
      await hands.click(id("edit-delete"));
      await hands.click(id("edit-delete"));
      await hands.gone(id(row));
    }
  });

  await report.step("An account at Exotel is entered; its addresses are shown, and trying it says what is wrong", async () => {
    await hands.show("/settings/carrier");
    await settled(hands);
    await hands.fill(id("exotel-account_sid"), "acme1");
    await hands.fill(id("exotel-api_key"), "no-such-key");
    await hands.fill(id("exotel-api_token"), "no-such-token");
    await hands.fill(id("exotel-public_url"), "https://calls.example.com");
    await hands.fill(id("exotel-api_base"), world.serverUrl);
    await hands.click(id("exotel-save"));
    await hands.seen('[aria-labelledby="exotel-applets"]', /https:\/\/calls\.example\.com\/webhooks\/exotel/);
    await hands.click(id("exotel-test"));
    const said = await hands.seen(id("exotel-test-result"), /\S/, 30_000);
    await hands.scan("Exotel");
    return { said: said.replace(/\s+/g, " ") };
  });
}
