// Every document that we can write is one that Twilio's own library writes, too: verbs, places, attributes, values.
import assert from "node:assert/strict";
import { test } from "node:test";
import { built } from "./lib/builder.mjs";
import { start } from "./lib/ours.mjs";
import { tree } from "./lib/tree.mjs";

test("the vendor's builder writes each of our documents", async (t) => {
  const ours = start();
  const documents = await ours.ask({ ask: "documents" });
  ours.end();
  assert.ok(documents.length > 5);
  const seen = new Set();
  for (const xml of documents) {
    await t.test(xml.slice(38, 98), () => {
      const own = tree(xml);
      const walk = (one) => (seen.add(one.name), one.children.forEach(walk));
      walk(own);
      assert.deepEqual(tree(built(own)), own);
    });
  }
  for (const name of ["Say", "Play", "Gather", "Stream", "Parameter", "Number", "Sip", "Client", "Conference", "Redirect"]) {
    assert.ok(seen.has(name), `${name} was judged`);
  }
});

test("the judge refuses what the library does not know", () => {
  const refused = (xml) => assert.throws(() => built(tree(xml)), xml);
  refused("<Response><Shout>a</Shout></Response>");
  refused('<Response><Say lang="en">a</Say></Response>');
  refused("<Response><Say><Hangup/></Say></Response>");
  refused("<Response><Conference>a</Conference></Response>");
  refused('<Response><Dial><Conference beep="loud">a</Conference></Dial></Response>');
  refused('<Response><Gather numDigits="one"/></Response>');
});
