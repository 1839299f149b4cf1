// Twilio's own library accepts what we sign, and we accept what it signs; both refuse the same.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import twilio from "twilio";
import webhooks from "twilio/lib/webhooks/webhooks.js";
import { start } from "./lib/ours.mjs";

const token = "a token for tests";
const base = "https://calls.example.com/webhooks/twilio/status";
const forms = [
  [],
  [["CallSid", "CA1"], ["From", "+14155550100"], ["To", "+14155550199"]],
  [["Digits", ""], ["Body", "a & b = c"], ["नाम", "आशा"]],
  [["Reason", "Participant"], ["ReasonConferenceEnded", "test"]],
  [["Media", "2"], ["Media", "1"], ["Media", "1"]],
];
const urls = [base, `${base}?call=7f3a&party=customer`, `${base}?name=It%27s`, "https://calls.example.com:8443/hook"];

let ours;
before(() => {
  ours = start();
});
after(() => ours.end());

// A repeated key as the library takes it.
function params(form) {
  const found = {};
  for (const [key, value] of form) found[key] = key in found ? [].concat(found[key], value) : value;
  return found;
}

test("forms: each side accepts the other's signature", async () => {
  for (const url of urls) {
    for (const form of forms) {
      const own = await ours.ask({ ask: "sign", token, url, form });
      assert.ok(twilio.validateRequest(token, own, url, params(form)), `ours: ${url} ${form}`);
      const theirs = webhooks.getExpectedTwilioSignature(token, url, params(form));
      assert.ok(await ours.ask({ ask: "verify", token, url, form, signature: theirs }), `theirs: ${url} ${form}`);
      const other = [...form, ["CallStatus", "completed"]];
      assert.equal(await ours.ask({ ask: "verify", token, url, form: other, signature: theirs }), false);
      assert.equal(twilio.validateRequest(token, own, url, params(other)), false);
      assert.equal(await ours.ask({ ask: "verify", token: "another", url, form, signature: theirs }), false);
    }
  }
});

test("JSON bodies: each side accepts the other's signature and refuses another body", async () => {
  for (const body of ["{}", '{"CallSid":"CA1","Digits":"1"}', '{ "name": "आशा" }']) {
    for (const query of ["", "?call=7f3a"]) {
      const url = `${base}${query}${query ? "&" : "?"}bodySHA256=${webhooks.getExpectedBodyHash(body)}`;
      const theirs = webhooks.getExpectedTwilioSignature(token, url, {});
      assert.ok(await ours.ask({ ask: "verify", token, url, body, signature: theirs }), url);
      assert.equal(await ours.ask({ ask: "verify", token, url, body: `${body} `, signature: theirs }), false);
      const own = await ours.ask({ ask: "sign", token, url, form: [] });
      assert.ok(twilio.validateRequestWithBody(token, own, url, body), url);
      assert.equal(twilio.validateRequestWithBody(token, own, url, `${body} `), false);
    }
  }
});

test("addresses with and without the port are taken by both", async () => {
  const [form] = [forms[1]];
  for (const signed of ["https://calls.example.com/hook", "https://calls.example.com:443/hook"]) {
    const signature = webhooks.getExpectedTwilioSignature(token, signed, params(form));
    for (const url of ["https://calls.example.com/hook", "https://calls.example.com:443/hook"]) {
      assert.ok(await ours.ask({ ask: "verify", token, url, form, signature }), `${signed} ${url}`);
      assert.ok(twilio.validateRequest(token, signature, url, params(form)));
    }
  }
});
