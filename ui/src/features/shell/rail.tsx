import { Link, useLocation } from "@tanstack/react-router";
import { useMe, useT } from "@/app-context";
import { may } from "@/state/rights";
import { Icon } from "@/ui/icon";
import type { IconName } from "@/ui/icon";

interface Item {
  to: "/desk" | "/queue" | "/follow-ups" | "/monitor" | "/calls" | "/leads" | "/board" | "/imports";
  icon: IconName;
  label: string;
  testid: string;
}

export function Rail({ supervises, onKeys }: { supervises: boolean; onKeys: () => void }) {
  const t = useT();
  const me = useMe();
  const path = useLocation({ select: (location) => location.pathname });
  const items: Item[] = [
    ...(may(me.user.role, "take_calls")
      ? [{ to: "/desk", icon: "desk", label: t("nav.desk"), testid: "nav-desk" } as const, { to: "/queue", icon: "queue", label: t("nav.queue"), testid: "nav-queue" } as const] : []),
    ...(may(me.user.role, "edit_leads") ? [{ to: "/follow-ups", icon: "callback", label: t("nav.follow_ups"), testid: "nav-follow-ups" } as const] : []),
    ...(supervises ? [{ to: "/monitor", icon: "eye", label: t("nav.monitor"), testid: "nav-monitor" } as const] : []),
    { to: "/calls", icon: "calls", label: t("nav.calls"), testid: "nav-calls" },
    { to: "/leads", icon: "lead", label: t("nav.leads"), testid: "nav-leads" },
    { to: "/board", icon: "flow", label: t("nav.board"), testid: "nav-board" },
    ...(may(me.user.role, "take_in")
      ? [{ to: "/imports", icon: "import", label: t("nav.imports"), testid: "nav-imports" } as const] : []),
  ];
  return (
    <nav className="rail" aria-label={t("nav.main")} data-region="rail">
      {items.map((each) => (
        <Link
          key={each.to} to={each.to} data-testid={each.testid}
          {...(path.startsWith(each.to) ? { "aria-current": "page" as const } : {})}
        >
          <Icon name={each.icon} />{each.label}
        </Link>
      ))}
      <span className="end" />
      <button type="button" onClick={onKeys} data-testid="nav-keys"><Icon name="key" />{t("nav.keys")}</button>
      <Link
        to="/settings/$page" params={{ page: "devices" }} data-testid="nav-settings"
        {...(path.startsWith("/settings") ? { "aria-current": "page" as const } : {})}
      >
        <Icon name="gear" />{t("nav.settings")}
      </Link>
    </nav>
  );
}
