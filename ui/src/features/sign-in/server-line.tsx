import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useApp, useT } from "@/app-context";
import { asFailure } from "@/api/failure";
import type { ApiFailure } from "@/api/failure";
import { failureText } from "@/i18n/failure-text";
import { problemText } from "@/i18n/server-text";
import type { AppControl } from "@/platform/types";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Icon } from "@/ui/icon";

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

function Chooser({ app, now, onClose }: { app: AppControl; now: string | null; onClose: () => void }) {
  const t = useT();
  const [address, setAddress] = useState(now ?? "");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const choose = async (to: string | null): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      // The app starts anew when this went well.
      await app.chooseServer(to);
    } catch (cause) {
      setFailure(asFailure(cause));
      setBusy(false);
    }
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!busy && address.trim() !== "") void choose(address.trim());
  };
  const problem = failure?.fields.find((each) => each.field === "address")?.problem;
  return (
    <form className="col g-3 card" onSubmit={submit} data-testid="server-chooser">
      <TextField
        label={t("server.address")} value={address} placeholder="https://desk.example.org" help={t("server.address_help")} inputMode="url"
        autoComplete="off" spellCheck={false} data-testid="server-address" onChange={(event) => { setAddress(event.target.value); }}
        error={problem ? problemText(problem, t) : failure ? failureText(failure, t).title : null}
      />
      <div className="row wrap">
        <Button tone="primary" type="submit" busy={busy} off={address.trim() === "" ? t("server.need") : null} data-testid="server-connect">
          {busy ? t("server.asking") : t("server.connect")}
        </Button>
        {now === null ? null : <Button onClick={() => void choose(null)} data-testid="server-built-in">{t("server.use_this")}</Button>}
        <Button tone="plain" onClick={onClose}>{t("ui.cancel")}</Button>
      </div>
    </form>
  );
}

/** Which server this app works with, and another to choose. Only the desktop app has a choice. */
export function ServerLine() {
  const t = useT();
  const { platform } = useApp();
  const [open, setOpen] = useState(false);
  const app = platform.app;
  const query = useQuery({ queryKey: ["app-info"], queryFn: () => app?.info() ?? null, enabled: app !== null, staleTime: Infinity });
  if (!app || !query.data) return null;
  const { serverUrl, serverIsFixed } = query.data;
  const name = serverUrl === null ? t("server.this") : hostOf(serverUrl);
  return (
    <div className="col g-3" data-testid="server-line">
      <p className="row between t-12 ink-2">
        <span className="row tight"><Icon name="cloud" size="sm" /> {t("server.now", { name })}</span>
        {serverIsFixed
          ? <span className="ink-3">{t("server.fixed")}</span>
          : <button type="button" className="link" aria-expanded={open} onClick={() => { setOpen(!open); }} data-testid="server-change">{t("ui.change")}</button>}
      </p>
      {open ? <Chooser app={app} now={serverUrl} onClose={() => { setOpen(false); }} /> : null}
    </div>
  );
}
