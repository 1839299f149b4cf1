import { useQuery } from "@tanstack/react-query";
import { useApp, useLocale, useServerNow, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { nameOf } from "@/lib/names";
import { when } from "@/lib/time";
import { usePages } from "@/lib/use-pages";
import { Paged } from "@/ui/paged";
import { StateBox } from "@/ui/state-box";
import { SettingsFrame } from "./frame";

/** The facts of an entry in one line; long ones are cut. */
export const factLine = (data: Record<string, unknown>): string =>
  Object.entries(data).filter(([, value]) => value !== null && value !== "").map(([key, value]) => `${key}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`).join(", ").slice(0, 160);

export function AuditPage() {
  const t = useT();
  const { api } = useApp();
  const locale = useLocale();
  const now = useServerNow();
  const users = useQuery({ queryKey: keys.users, queryFn: () => api.users() });
  const nameOfUser = (id: string): string | undefined => users.data?.items.find((each) => each.id === id)?.name;
  const pages = usePages(keys.audit, (cursor) => api.audit(cursor));
  return (
    <SettingsFrame title={t("settings.audit")} text={t("audit.text")}>
      <Paged pages={pages} empty={<StateBox icon="book-check" title={t("audit.none")} text={t("audit.none_text")} />}>
        {(entries) => (
          <div className="table-wrap"><table className="table">
            <thead><tr><th>{t("calls.col_when")}</th><th>{t("audit.who")}</th><th>{t("audit.what")}</th><th className="hide-narrow">{t("audit.subject")}</th><th className="hide-narrow">{t("audit.facts")}</th></tr></thead>
            <tbody>{entries.map((each) => (
              <tr key={each.id}><td className="nowrap ink-2">{when(each.at_ms, now, locale)}</td><td className="nowrap">{each.user_name ?? t("audit.system")}</td><td>{nameOf(t, "audit_action", each.action)}</td><td className="ink-2 hide-narrow break">{nameOfUser(each.subject) ?? each.subject}</td><td className="t-12 ink-3 hide-narrow break">{factLine(each.data)}</td></tr>
            ))}</tbody>
          </table></div>
        )}
      </Paged>
    </SettingsFrame>
  );
}
