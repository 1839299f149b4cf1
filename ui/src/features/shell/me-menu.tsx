import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { createPortal } from "react-dom";
import type { UiTheme } from "@/api/generated/wire";
import { useApp, useMe, useT } from "@/app-context";
import { useStore } from "@/lib/use-store";
import { may } from "@/state/rights";
import { Avatar } from "@/ui/badge";
import { Menu } from "@/ui/menu";
import { DemoDialog } from "./demo-dialog";

const THEMES: readonly UiTheme[] = ["system", "light", "dark"];

/** Who is signed in, look, second window, sign out. */
export function MeMenu({ name }: { name: string }) {
  const t = useT();
  const me = useMe();
  const { prefs, session, platform, fail } = useApp();
  const navigate = useNavigate();
  const [demoOpen, setDemoOpen] = useState(false);
  const info = useQuery({ queryKey: ["app-info"], queryFn: () => platform.app?.info() ?? null, enabled: platform.app !== null, staleTime: Infinity });
  const demo = info.data?.demo ?? null;
  const theme = useStore(prefs, (each) => each.theme);
  const go = (page: "devices" | "appearance"): void => void navigate({ to: "/settings/$page", params: { page } });
  return (
    <>
    <Menu
      align="end"
      trigger={
        <button type="button" className="me" aria-label={t("me.menu", { name })} data-testid="me-menu">
          <Avatar name={name} size="sm" />
        </button>
      }
      groups={[
        [{ id: "me-name", icon: "user", label: `${name} · ${t(`role.${me.user.role}`)}`, onSelect: () => { go("appearance"); } },
          { id: "me-devices", icon: "headset", label: t("settings.devices"), onSelect: () => { go("devices"); } }],
        THEMES.map((each) => ({
          id: `theme-${each}`, label: t(`theme.${each}`), chosen: theme === each,
          onSelect: () => { prefs.update((now) => ({ ...now, theme: each })); },
        })),
        may(me.user.role, "monitor")
          ? [{ id: "me-monitor-window", icon: "expand" as const, label: t("me.monitor_window"),
            onSelect: () => void platform.openMonitorWindow().catch(fail) }]
          : [],
        platform.kind === "desktop"
          ? [{ id: "me-mini", icon: "minus" as const, label: t("me.mini"), onSelect: () => void platform.showMini(true).catch(fail) }] : [],
        demo ? [{ id: "me-demo", icon: "users" as const, label: t("demo.others"), onSelect: () => { setDemoOpen(true); } }] : [],
        [{ id: "sign-out", icon: "left", label: t("me.sign_out"), onSelect: () => void session.signOut().catch(fail) }],
      ]}
    />
    {demo && demoOpen ? createPortal(<DemoDialog demo={demo} onClose={() => { setDemoOpen(false); }} />, document.body) : null}
    </>
  );
}
