import { useApp, useT } from "@/app-context";
import type { ApiFailure } from "@/api/failure";
import { failureText } from "@/i18n/failure-text";
import { Button } from "@/ui/button";
import { Mark } from "@/ui/cord";
import { Loading } from "@/ui/loaded";
import { StateBox } from "@/ui/state-box";
import { ServerLine } from "./server-line";

export function Starting() {
  const { session } = useApp();
  return (
    <main className="alone">
      <Mark size={40} />
      <Loading rows={2} onRetry={() => void session.retry()} />
    </main>
  );
}

/** The parts of the desktop app did not start: nothing goes on, and only a new start helps. */
function StartFailed({ failure }: { failure: ApiFailure }) {
  const t = useT();
  const { platform, fail } = useApp();
  const logs = failure.details["logs"];
  const app = platform.app;
  return (
    <main className="alone" role="alert">
      <StateBox
        icon="warn" title={t("error.start_failed.title")} text={failure.message} testid="start-failed"
        action={app ? (
          <span className="row">
            <Button tone="primary" icon="refresh" onClick={() => void app.restart().catch(fail)} data-testid="app-restart">{t("start.restart")}</Button>
            <Button onClick={() => void app.quit().catch(fail)} data-testid="app-quit">{t("start.quit")}</Button>
          </span>
        ) : undefined}
      />
      <p className="ink-2">{t("error.start_failed.text")}</p>
      {typeof logs === "string" ? <p className="t-12 ink-2 break">{t("start.logs", { folder: logs })}</p> : null}
      <div className="fm"><ServerLine /></div>
    </main>
  );
}

export function Unreachable({ failure }: { failure: ApiFailure }) {
  return failure.code === "start_failed" ? <StartFailed failure={failure} /> : <NoServer failure={failure} />;
}

function NoServer({ failure }: { failure: ApiFailure }) {
  const t = useT();
  const { session } = useApp();
  const { title, text } = failureText(failure, t);
  return (
    <main className="alone" role="alert">
      <StateBox
        icon="offline" title={title} text={text} testid="server-unreachable"
        action={<Button tone="primary" icon="refresh" onClick={() => void session.retry()}>{t("ui.try_now")}</Button>}
      />
      <div className="fm"><ServerLine /></div>
    </main>
  );
}
