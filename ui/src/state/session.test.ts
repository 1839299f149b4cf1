import { describe, expect, it } from "vitest";
import type { Me, SetupStatus } from "@/api/generated/wire";
import { me } from "@/mocks/people";
import { createTopic } from "@/platform/web/topic";
import { NoAnswer } from "@/platform/types";
import type { SessionState } from "@/platform/types";
import { settle } from "@/testing/clock";
import { beginsAtHome, createSession } from "./session";

const out: SessionState = { signedIn: false, me: null, serverUrl: "s", connection: { kind: "connected", sinceMs: null }, tokenKeptIn: "cookie" };

function setUp({ state = out, needsSetup = false, fails = 0, signIn = () => Promise.resolve(me("telecaller")) }: {
  state?: SessionState; needsSetup?: boolean; fails?: number; signIn?: () => Promise<Me>;
}) {
  const sessions = createTopic<SessionState>();
  let left = fails;
  const setup: SetupStatus = { needs_setup: needsSetup, version: "1", demo: false };
  const driver = createSession({
    api: { setup: () => Promise.resolve(setup) },
    beforeSignOut: () => Promise.resolve(),
    platform: {
      sessionState: () => {
        left -= 1;
        return left >= 0 ? Promise.reject(new NoAnswer("down")) : Promise.resolve(state);
      },
      onSession: sessions.on, signIn, signOut: () => Promise.resolve(), register: () => Promise.resolve(me("tenant_admin")),
    },
  });
  driver.start();
  return { driver, sessions, gate: () => driver.store.get().gate.kind };
}

describe("the page after signing in", () => {
  it("is home for another person, and the same page for the same one", () => {
    expect(beginsAtHome("asha", "ravi", "#/settings/rules")).toBe(true);
    expect(beginsAtHome("asha", "asha", "#/leads/1")).toBe(false);
    expect(beginsAtHome(null, "ravi", "#/leads/1")).toBe(false);
    expect(beginsAtHome("asha", "ravi", "#/mini")).toBe(false);
  });
});

describe("the gate", () => {
  it("opens for who is signed in", async () => {
    const { gate } = setUp({ state: { ...out, signedIn: true, me: me("telecaller") } });
    await settle();
    expect(gate()).toBe("signed_in");
  });

  it("shows the set-up of a new server, then the first steps", async () => {
    const { driver, gate } = setUp({ needsSetup: true });
    await settle();
    expect(gate()).toBe("set_up");
    await driver.register({ tenant_name: "t", country: "IN", zone: "Asia/Kolkata", name: "n", email: "e", password: "p".repeat(12), device: "browser" });
    expect(driver.store.get().gate).toMatchObject({ kind: "signed_in", steps: true });
    driver.finishSteps();
    expect(driver.store.get().gate).toMatchObject({ kind: "signed_in", steps: false });
  });

  it("says when the server does not answer, and tries again when asked", async () => {
    const { driver, gate } = setUp({ fails: 1 });
    await settle();
    expect(gate()).toBe("unreachable");
    await driver.retry();
    expect(gate()).toBe("signed_out");
  });

  it("stays shut after a wrong password", async () => {
    const { driver, gate } = setUp({ signIn: () => Promise.reject(new Error("wrong")) });
    await settle();
    await expect(driver.signIn("e", "p")).rejects.toThrow("wrong");
    expect(gate()).toBe("signed_out");
  });

  it("closes when the session is ended elsewhere, and keeps the first steps open on other news", async () => {
    const { driver, sessions, gate } = setUp({});
    await settle();
    await driver.register({ tenant_name: "t", country: "IN", zone: "z", name: "n", email: "e", password: "p", device: "browser" });
    sessions.send({ ...out, signedIn: true, me: me("tenant_admin"), connection: { kind: "reconnecting", sinceMs: 1 } });
    expect(driver.store.get().gate).toMatchObject({ kind: "signed_in", steps: true });
    sessions.send(out);
    expect(gate()).toBe("signed_out");
  });
});
