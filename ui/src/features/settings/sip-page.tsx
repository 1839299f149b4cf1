import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Extension, SipSettings, Trunk } from "@/api/generated/wire";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { when } from "@/lib/time";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Loaded } from "@/ui/loaded";
import { Note } from "@/ui/note";
import { StateBox } from "@/ui/state-box";
import { SettingsFrame } from "./frame";
import { ExtensionDialog } from "./sip-extension";
import { TrunkDialog } from "./sip-trunk";
import { TestButton } from "./test-button";
import { usePeople } from "./use-people";

/** States change by themselves. */
const REFRESH_MS = 10_000;

type Open = { kind: "trunk"; trunk: Trunk | null } | { kind: "extension"; extension: Extension | null } | null;

function TrunkState({ trunk }: { trunk: Trunk }) {
  const t = useT();
  const { state, settings } = trunk;
  if (!settings.enabled) return <Badge>{t("sip.off")}</Badge>;
  const bad = state.reachable === false || state.registered === false;
  if (bad) return <span title={state.problem ?? ""}><Badge tone="warn">{t(state.registered === false ? "sip.not_registered" : "sip.unreachable")}</Badge></span>;
  if (state.registered === true) return <Badge tone="ok">{t("sip.registered")}</Badge>;
  return state.reachable === true ? <Badge tone="ok">{t("sip.reachable")}</Badge> : <Badge>{t("sip.unknown")}</Badge>;
}

function Trunks({ settings, onOpen }: { settings: SipSettings; onOpen: (trunk: Trunk) => void }) {
  const t = useT();
  const { api } = useApp();
  return (
    <div className="table-wrap"><table className="table calls">
      <caption className="sr">{t("sip.trunks")}</caption>
      <thead><tr><th>{t("users.name")}</th><th className="hide-narrow">{t("sip.host")}</th><th>{t("sip.state")}</th><th className="num hide-narrow">{t("sip.calls_now")}</th><th className="num hide-narrow">{t("sip.minutes_today")}</th><th><span className="sr">{t("ui.change")}</span></th></tr></thead>
      <tbody>{settings.trunks.map((trunk) => (
        <tr key={trunk.id} data-testid="trunk">
          <td className="strong">{trunk.settings.name}</td>
          <td className="hide-narrow">{trunk.settings.transport.toUpperCase()} {trunk.settings.host}</td>
          <td>
            <TrunkState trunk={trunk} /> {trunk.state.round_trip_ms === null ? null : <span className="ink-3">{t("monitor.ms", { n: trunk.state.round_trip_ms })}</span>}
            {trunk.state.problem ? <p className="t-12 ink-2">{trunk.state.problem}</p> : null}
          </td>
          <td className="num hide-narrow">{trunk.state.calls_now}</td>
          <td className="num hide-narrow">{trunk.state.minutes_today}</td>
          <td className="num">
            <Button size="sm" icon="pen" onClick={() => { onOpen(trunk); }} aria-label={t("ui.change_one", { name: trunk.settings.name })}>{t("ui.change")}</Button>
            <TestButton onTest={() => api.testTrunk(trunk.id)} off={trunk.settings.enabled ? null : t("sip.off")} testid="trunk-test" />
          </td>
        </tr>
      ))}</tbody>
    </table></div>
  );
}

function Extensions({ settings, onOpen }: { settings: SipSettings; onOpen: (extension: Extension) => void }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  const people = usePeople();
  const name = (extension: Extension): string => people.find((each) => each.id === extension.user_id)?.name ?? "";
  return (
    <div className="table-wrap"><table className="table calls">
      <caption className="sr">{t("sip.extensions")}</caption>
      <thead><tr><th>{t("sip.username")}</th><th>{t("sip.person")}</th><th>{t("sip.state")}</th><th><span className="sr">{t("ui.change")}</span></th></tr></thead>
      <tbody>{settings.extensions.map((extension) => (
        <tr key={extension.id} data-testid="extension">
          <td className="strong">{extension.username}</td><td>{name(extension)}</td>
          <td>{extension.registered_from === null || extension.expires_at_ms === null ? <Badge>{t("sip.away")}</Badge> : (
            <><Badge tone="ok">{t("sip.registered")}</Badge> <span className="t-12 ink-2">{t("sip.from_until", { from: extension.registered_from, until: when(extension.expires_at_ms, now, locale) })}</span></>
          )}</td>
          <td className="num"><Button size="sm" icon="pen" onClick={() => { onOpen(extension); }} aria-label={t("ui.change_one", { name: extension.username })}>{t("ui.change")}</Button></td>
        </tr>
      ))}</tbody>
    </table></div>
  );
}

/** Trunks of carriers and telephones of agents. */
export function SipPage() {
  const t = useT();
  const { api } = useApp();
  const [open, setOpen] = useState<Open>(null);
  const query = useQuery({ queryKey: keys.sip, queryFn: api.sip.get, refetchInterval: REFRESH_MS });
  const close = (): void => { setOpen(null); };
  const addTrunk = <Button tone="primary" icon="plus" onClick={() => { setOpen({ kind: "trunk", trunk: null }); }} data-testid="trunk-new">{t("sip.new_trunk")}</Button>;
  const addExtension = <Button icon="plus" onClick={() => { setOpen({ kind: "extension", extension: null }); }} data-testid="extension-new">{t("sip.new_extension")}</Button>;
  return (
    <SettingsFrame title={t("settings.sip")} text={t("sip.text")} action={addTrunk}>
      <Loaded query={query}>
        {(settings) => (
          <div className="col g-3">
            {settings.problem === null ? null : <Note tone="warn" alert testid="sip-problem">{settings.problem}</Note>}
            {settings.trunks.length === 0 ? <StateBox icon="phone" title={t("sip.no_trunk")} text={t("sip.no_trunk_text")} action={addTrunk} /> : <Trunks settings={settings} onOpen={(trunk) => { setOpen({ kind: "trunk", trunk }); }} />}
            <div className="page-head"><div className="grow"><h2>{t("sip.extensions")}</h2><p className="t-12 ink-2">{t("sip.extensions_text")}</p></div>{addExtension}</div>
            {settings.extensions.length === 0 ? null : <Extensions settings={settings} onOpen={(extension) => { setOpen({ kind: "extension", extension }); }} />}
            {settings.listens.length === 0 ? null : <p className="t-12 ink-3 pad">{t("sip.listens", { where: settings.listens.join(", ") })}</p>}
            {open?.kind === "trunk" ? <TrunkDialog settings={settings} trunk={open.trunk} onClose={close} /> : null}
            {open?.kind === "extension" ? <ExtensionDialog settings={settings} extension={open.extension} onClose={close} /> : null}
          </div>
        )}
      </Loaded>
    </SettingsFrame>
  );
}
