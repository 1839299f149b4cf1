import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useApp, useT } from "@/app-context";
import { ServerLine } from "@/features/sign-in/server-line";
import { Switch } from "@/ui/field";

/** What holds for this computer, whoever is signed in: the server, and whether the app starts by itself. */
export function ThisComputer() {
  const t = useT();
  const { platform, fail } = useApp();
  const queries = useQueryClient();
  const app = platform.app;
  const query = useQuery({ queryKey: ["app-info"], queryFn: () => app?.info() ?? null, enabled: app !== null, staleTime: Infinity });
  if (!app) return null;
  const on = query.data?.autostart ?? null;
  const set = (next: boolean): void => void app.setAutostart(next).then(() => queries.invalidateQueries({ queryKey: ["app-info"] })).catch(fail);
  return (
    <section className="panel" aria-label={t("computer.title")} data-testid="this-computer">
      <header><h2>{t("computer.title")}</h2></header>
      <div className="body form">
        <ServerLine />
        {on === null ? null : <Switch label={t("computer.autostart")} checked={on} onChange={set} data-testid="autostart" />}
      </div>
    </section>
  );
}
