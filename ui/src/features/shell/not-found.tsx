import { Link } from "@tanstack/react-router";
import { useT } from "@/app-context";
import { StateBox } from "@/ui/state-box";

export function NotFound() {
  const t = useT();
  return (
    <StateBox
      icon="search" title={t("ui.no_page")} text={t("ui.no_page_text")}
      action={<Link className="btn primary" to="/">{t("ui.to_start")}</Link>}
    />
  );
}
