// The server's API, for what the runs look up beside the window.
import { randomUUID } from "node:crypto";

export class Api {
  constructor(base) {
    this.base = base;
  }

  async signIn(email, password) {
    const signedIn = await this.post("/auth/sign-in", { email, password, device: "desktop" });
    this.token = signedIn.access_token;
    this.me = signedIn.me;
    return signedIn.me;
  }

  get(path) {
    return this.#send("GET", path);
  }

  post(path, body) {
    return this.#send("POST", path, body);
  }

  put(path, body) {
    return this.#send("PUT", path, body);
  }

  async bytes(path) {
    const answer = await fetch(new URL(path, this.base));
    if (!answer.ok) throw new Error(`${path.split("/").slice(0, 4).join("/")}: status ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  async #send(method, path, body) {
    const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const answer = await fetch(`${this.base}/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: status ${answer.status} ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : null;
  }
}
