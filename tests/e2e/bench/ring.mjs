// From the carrier's webhook to the offer, and from the offer to the painted card.
import { Office, over, ringing } from "./office.mjs";
import { percentile } from "./figures.mjs";

const CALLS = 8;

export async function ring(place) {
  const office = await Office.open(place);
  const [webhooks, offers, paints] = [[], [], []];
  try {
    const desk = await office.agent();
    for (let n = 0; n < CALLS; n += 1) {
      const call = await ringing(office, desk, "asha");
      const painted = await desk.paintedAt();
      const { timeline } = await over(office, desk, call);
      const webhook = timeline.map(({ what }) => /^WebhookAnswered .*voice.*took_ms: (\d+)/.exec(what)).find(Boolean);
      const stream = timeline.find(({ what }) => what.startsWith("StreamOpened"));
      webhooks.push(Number(webhook[1]));
      // The greeting between webhook and stream is the carrier's time.
      offers.push(Number(webhook[1]) + call.offer.offered_at_ms - (call.atMs + stream.at_ms));
      paints.push(painted - call.offer.offered_at_ms);
      await desk.goAvailable();
    }
  } finally {
    await office.close();
  }
  const both = (name, values, more = {}) => [
    { name: `${name}, p50`, unit: "ms", ours: percentile(values, 0.5), of: values },
    { name: `${name}, p95`, unit: "ms", ours: percentile(values, 0.95), ...more },
  ];
  return [
    ...both("webhook answered", webhooks, { beside: 15_000, what: "Twilio waits" }),
    ...both("webhook to offer, without the greeting", offers),
    ...both("offer to painted card", paints, { beside: 300, what: "limit", goal: 300 }),
  ];
}
