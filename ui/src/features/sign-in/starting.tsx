import { useApp, useT } from "@/app-context";
import type { ApiFailure } from "@/api/failure";
import { failureText } from "@/i18n/failure-text";
import { Button } from "@/ui/button";
import { Mark } from "@/ui/cord";
import { Loading } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";

export function Starting() {
  const { session } = useApp();
  return (
    <main className="alone">
      <Mark size={40} />
      <Loading rows={2} onRetry={() => void session.retry()} />
    </main>
  );
}

export function Unreachable({ failure }: { failure: ApiFailure }) {
  const t = useT();
  const { session } = useApp();
  const { title, text } = failureText(failure, t);
  return (
    <main className="alone" role="alert">
      <StateBox
        icon="offline" title={title} text={text} testid="server-unreachable"
        action={<Button tone="primary" icon="refresh" onClick={() => void session.retry()}>{t("ui.try_now")}</Button>}
      />
    </main>
  );
}
