import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { ConsentRecord } from "@/api/generated/wire";
import * as people from "@/mocks/people";
import { renderPage } from "@/testing/page";
import { inForce } from "./consents";

const record = (id: string, part: Partial<ConsentRecord>): ConsentRecord => ({ id, channel: "call", purpose: "marketing", given: true, source: "form", proof: null, by: null, at_ms: 0, ...part });
const history = [record("3", { given: false, source: "agent", by: "Mira" }), record("2", { channel: "sms" }), record("1", {})];
const path = `/leads/${people.lead.id}`;

describe("consent of a lead", () => {
  afterEach(cleanup);

  it("of each channel and purpose the newest counts", () => {
    expect(inForce(history).map((each) => each.id)).toEqual(["3", "2"]);
    expect(inForce([record("2", { purpose: "service" }), record("1", {})])).toHaveLength(2);
  });

  it("is shown, keeps from calling, and a new word is sent", async () => {
    const { requests } = await renderPage(path, {
      [`GET ${path}`]: () => ({ ...people.card, no_call: { kind: "withdrawn", purpose: "marketing" } }),
      [`GET ${path}/consents`]: () => history,
      [`GET ${path}/changes`]: () => [],
      [`POST ${path}/consents`]: () => record("4", { given: false }),
    });
    await waitFor(() => { expect(screen.getAllByTestId("consent-now").map((each) => each.textContent)).toEqual(["Calls, marketing withdrawn", "SMS, marketing given"]); });
    expect(screen.getByTestId("no-call").textContent).toBe("No consent to be called (marketing)");
    fireEvent.change(screen.getByTestId("consent-channel"), { target: { value: "whatsapp" } });
    fireEvent.change(screen.getByTestId("consent-proof"), { target: { value: "said so" } });
    act(() => { fireEvent.click(screen.getByTestId("consent-withdraw")); });
    await waitFor(() => { expect(requests.find((each) => each.method === "POST" && each.path === `${path}/consents`)?.body).toEqual({ channel: "whatsapp", purpose: "marketing", given: false, source: "agent", proof: "said so" }); });
  });
});
