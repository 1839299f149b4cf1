import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useApp, useT } from "@/app-context";
import { asFailure } from "@/api/failure";
import type { ApiFailure } from "@/api/failure";
import { failureText } from "@/i18n/failure-text";
import { useStore } from "@/lib/use-store";
import { Button } from "@/ui/button";
import { Mark } from "@/ui/cord";
import { TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Note } from "@/ui/note";
import { BrandArt } from "./brand-art";
import { ServerLine } from "./server-line";

function BrandSide() {
  const t = useT();
  return (
    <section className="brandside" aria-label="Switchboard">
      <BrandArt />
      <div className="nm"><Mark size={32} /> Switchboard</div>
      <p className="claim">{t("sign_in.claim")}</p>
      <p>{t("sign_in.claim_text")}</p>
    </section>
  );
}

export function SignIn({ demo }: { demo: boolean }) {
  const t = useT();
  const { session, platform } = useApp();
  const state = useStore(session.store, (each) => each.state);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await session.signIn(email.trim(), password);
    } catch (cause) {
      setFailure(asFailure(cause));
      setBusy(false);
    }
  };

  const said = failure ? failureText(failure, t) : null;
  return (
    <div className="si">
      <BrandSide />
      <main>
        <form className="fm" onSubmit={(event) => void submit(event)} data-testid="sign-in">
          <div><h1>{t("sign_in.title")}</h1><p className="ink-2">{t("sign_in.sub")}</p></div>
          <TextField
            label={t("sign_in.email")} type="email" autoComplete="username" required value={email}
            onChange={(event) => { setEmail(event.target.value); }} data-testid="sign-in-email"
          />
          <TextField
            label={t("sign_in.password")} type={shown ? "text" : "password"} autoComplete="current-password" required
            value={password} onChange={(event) => { setPassword(event.target.value); }} data-testid="sign-in-password"
            aside={
              <button type="button" className="link t-12" aria-pressed={shown} onClick={() => { setShown(!shown); }}>
                {shown ? t("sign_in.hide") : t("sign_in.show")}
              </button>
            }
          />
          <Button tone="primary" block type="submit" busy={busy} data-testid="sign-in-submit">
            {busy ? t("sign_in.busy") : t("sign_in.go")}
          </Button>
          {said ? (
            <Note tone="warn" alert testid="sign-in-error"><b className="strong">{said.title}</b> {said.text}</Note>
          ) : null}
          {demo ? <Note tone="acc">{t("sign_in.demo")}</Note> : null}
          <hr />
          {platform.app ? null : (
            <p className="row between t-12 ink-2">
              <span className="row tight">
                <span className="c-ok"><Icon name="check" size="sm" /></span>
                {t("sign_in.reached", { host: state?.serverUrl ?? "" })}
              </span>
            </p>
          )}
        </form>
        <div className="fm"><ServerLine /></div>
      </main>
    </div>
  );
}
