import { ApiFailure, isApiError } from "@/api/failure";
import type { Me, RefreshRequest, SignedIn } from "@/api/generated/wire";
import { NoAnswer } from "../types";
import type { Answer, Request } from "../types";
import type { RefreshAttempt } from "./attempt";

const BASE = "/api/v1";

/** Requests with the access token kept in memory; the refresh token is in a cookie that scripts cannot read. */
export interface Http {
  request(request: Request): Promise<Answer>;
  bytes(path: string): Promise<ArrayBuffer>;
  /** A token that is good for at least half a minute; null when nobody is signed in. */
  token(): Promise<string | null>;
  /** Signs in by the cookie; null when it is not good any more. */
  restore(): Promise<Me | null>;
  signedIn(answer: SignedIn): void;
  signOut(): Promise<void>;
}

const oneAtATime = async (run: () => Promise<Answer>): Promise<Answer> =>
  "locks" in navigator ? await navigator.locks.request("switchboard.refresh", run) : await run();

export function createHttp(onSignedOut: () => void, attempt: RefreshAttempt): Http {
  let access: { token: string; goodUntil: number } | null = null;
  let refreshing: Promise<Me | null> | null = null;
  let user: string | null = null;
  /** Counts sign-ins and sign-outs: a request goes out as the one it was made by, or not at all. */
  let turn = 0;
  const same = (mine: number): void => {
    if (mine !== turn) throw new NoAnswer("somebody else is signed in now");
  };

  const signedIn = (answer: SignedIn): void => {
    access = { token: answer.access_token, goodUntil: Date.now() + (answer.expires_in_s - 30) * 1000 };
    user = answer.me.user.id;
  };

  const send = async (r: Request, token: string | null): Promise<Answer> => {
    const headers: Record<string, string> = { accept: "application/json" };
    if (token) headers["authorization"] = `Bearer ${token}`;
    if (r.idempotencyKey) headers["idempotency-key"] = r.idempotencyKey;
    const init: RequestInit = { method: r.method, headers, credentials: "same-origin" };
    if (r.body !== null && r.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(r.body);
    }
    let response: Response;
    try {
      response = await fetch(BASE + r.path, init);
    } catch (cause) {
      throw new NoAnswer(String(cause));
    }
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : parse(text) };
  };

  const refresh = (): Promise<Me | null> => {
    refreshing ??= (async () => {
      // All windows share the cookie and the attempt, and a token works once: one after the other.
      const answer = await oneAtATime(async () => {
        const body: RefreshRequest = { refresh_token: null, attempt: attempt.current() };
        const got = await send({ method: "POST", path: "/auth/refresh", body, idempotencyKey: null }, null);
        // What a proxy says for the server is no answer of it.
        if (got.status < 500) attempt.answered();
        return got;
      });
      if (answer.status === 200) {
        const made = answer.body as SignedIn;
        // Another tab has signed somebody else in: the cookie is theirs.
        if (access && made.me.user.id !== user) {
          access = null;
          onSignedOut();
          return null;
        }
        signedIn(made);
        return made.me;
      }
      if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
        if (access) onSignedOut();
        access = null;
        return null;
      }
      throw new NoAnswer(`refresh answered ${answer.status}`);
    })().finally(() => { refreshing = null; });
    return refreshing;
  };

  const token = async (): Promise<string | null> => {
    if (access && access.goodUntil > Date.now()) return access.token;
    if (!access) return null;
    await refresh();
    return access.token;
  };

  return {
    token,
    restore: refresh,
    signedIn: (answer) => {
      turn += 1;
      signedIn(answer);
    },
    request: async (r) => {
      const mine = turn;
      const open = r.path.startsWith("/auth/sign-in") || r.path === "/setup" || r.path === "/tenants";
      const bearer = open ? null : await token();
      same(mine);
      const first = await send(r, bearer);
      const expired = first.status === 401 && isApiError(first.body) && first.body.code === "token_expired";
      if (!expired) return first;
      await refresh();
      same(mine);
      return send(r, access?.token ?? null);
    },
    bytes: async (path) => {
      const headers: Record<string, string> = {};
      const bearer = await token();
      if (bearer) headers["authorization"] = `Bearer ${bearer}`;
      let response: Response;
      try {
        response = await fetch(path, { headers, credentials: "same-origin" });
      } catch (cause) {
        throw new NoAnswer(String(cause));
      }
      if (!response.ok) {
        const body = parse(await response.text());
        if (isApiError(body)) throw new ApiFailure(body, response.status);
        throw new NoAnswer(`${path} answered ${response.status}`);
      }
      return response.arrayBuffer();
    },
    signOut: async () => {
      turn += 1;
      const bearer = access?.token ?? null;
      access = null;
      await send({ method: "POST", path: "/auth/sign-out", body: {}, idempotencyKey: null }, bearer);
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
