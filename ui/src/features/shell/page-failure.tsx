import { useT } from "@/app-context";
import { Button } from "@/ui/button";
import { StateBox } from "@/ui/state-box";

/** A page that could not be drawn. The call and the bar above go on. */
export function PageFailure({ reset }: { reset: () => void }) {
  const t = useT();
  return (
    <div role="alert">
      <StateBox
        icon="warn" title={t("ui.page_failed")} text={t("ui.page_failed_text")} testid="page-failure"
        action={<Button icon="refresh" onClick={reset}>{t("ui.try_now")}</Button>}
      />
    </div>
  );
}
