import type { Api } from "@/api/client";
import { asFailure } from "@/api/failure";
import type { ApiFailure } from "@/api/failure";
import type { Me, RegisterTenant, SetupStatus } from "@/api/generated/wire";
import { createStore } from "@/lib/store";
import type { Readable } from "@/lib/store";
import type { Platform, SessionState, Stop } from "@/platform/types";

/** Which of the outermost screens is shown. */
export type Gate =
  | { kind: "starting" }
  | { kind: "unreachable"; failure: ApiFailure }
  | { kind: "set_up"; setup: SetupStatus }
  | { kind: "signed_out"; setup: SetupStatus | null }
  /** `steps`: the tenant was made a moment ago, its first steps are shown. */
  | { kind: "signed_in"; me: Me; steps: boolean };

export interface Session {
  gate: Gate;
  state: SessionState | null;
}

export interface SessionDriver {
  store: Readable<Session>;
  start(): Stop;
  retry(): Promise<void>;
  signIn(email: string, password: string): Promise<void>;
  register(body: RegisterTenant): Promise<void>;
  finishSteps(): void;
  signOut(): Promise<void>;
  /** After a change of one's own name, language or theme. */
  replaceMe(me: Me): void;
}

interface Deps {
  api: Pick<Api, "setup">;
  platform: Pick<Platform, "sessionState" | "onSession" | "signIn" | "signOut" | "register">;
  /** What is still being typed is handed over before the session ends. */
  beforeSignOut(): Promise<void>;
}

/** The gate after the platform said how the session stands. */
export function gateAfter(gate: Gate, state: SessionState, setup: SetupStatus | null): Gate {
  if (state.signedIn && state.me) {
    return { kind: "signed_in", me: state.me, steps: gate.kind === "signed_in" && gate.steps };
  }
  if (setup?.needs_setup) return { kind: "set_up", setup };
  return { kind: "signed_out", setup };
}

/** Whoever signs in where somebody else was begins at home, and not on that person's page. */
export const beginsAtHome = (last: string | null, user: string, address: string): boolean =>
  last !== null && last !== user && address !== "#/mini";

export function createSession({ api, platform, beforeSignOut }: Deps): SessionDriver {
  const store = createStore<Session>({ gate: { kind: "starting" }, state: null });
  let setup: SetupStatus | null = null;

  const take = (state: SessionState): void => {
    store.update((now) => ({
      state,
      gate: now.gate.kind === "starting" && !state.signedIn ? now.gate : gateAfter(now.gate, state, setup),
    }));
  };

  const retry = async (): Promise<void> => {
    store.update((now) => ({ ...now, gate: { kind: "starting" } }));
    try {
      const state = await platform.sessionState();
      if (!state.signedIn) setup = await api.setup();
      store.set({ state, gate: gateAfter({ kind: "starting" }, state, setup) });
    } catch (cause) {
      store.update((now) => ({ ...now, gate: { kind: "unreachable", failure: asFailure(cause) } }));
    }
  };

  const enter = (me: Me, steps: boolean): void => {
    setup = setup ? { ...setup, needs_setup: false } : null;
    store.update((now) => ({
      gate: { kind: "signed_in", me, steps },
      state: now.state ? { ...now.state, signedIn: true, me } : now.state,
    }));
  };

  return {
    store,
    retry,
    start: () => {
      const stop = platform.onSession(take);
      void retry();
      return stop;
    },
    signIn: async (email, password) => {
      enter(await platform.signIn(email, password), false);
    },
    register: async (body) => {
      enter(await platform.register(body), true);
    },
    finishSteps: () => {
      store.update((now) =>
        now.gate.kind === "signed_in" ? { ...now, gate: { ...now.gate, steps: false } } : now);
    },
    signOut: async () => {
      await beforeSignOut();
      await platform.signOut();
      store.update((now) => ({
        state: now.state ? { ...now.state, signedIn: false, me: null } : null,
        gate: { kind: "signed_out", setup },
      }));
    },
    replaceMe: (me) => {
      store.update((now) => (now.gate.kind === "signed_in" ? { ...now, gate: { ...now.gate, me } } : now));
    },
  };
}
