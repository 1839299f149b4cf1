import { useState } from "react";
import type { TestResult } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { asFailure } from "@/api/failure";
import { failureText } from "@/i18n/failure-text";
import { carrierText } from "@/i18n/server-text";
import { sentence } from "@/lib/text";
import { Button } from "@/ui/button";
import { Note } from "@/ui/note";

interface Props {
  onTest: () => Promise<TestResult>;
  /** Why it cannot be tested now: changes are not saved yet. */
  off: string | null;
  testid: string;
  label?: string;
}

/** Tries what is saved for real, and says what came back. */
export function TestButton({ onTest, off, testid, label }: Props) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<TestResult | null>(null);
  const run = async (): Promise<void> => {
    setBusy(true);
    setResult(null);
    try {
      setResult(await onTest());
    } catch (cause) {
      const said = failureText(cause, t);
      setResult({ ok: false, took_ms: 0, message: `${said.title} ${asFailure(cause).code === "no_answer" ? said.text : asFailure(cause).message}` });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="col">
      <div><Button icon="play" busy={busy} off={off} onClick={() => void run()} data-testid={testid}>{busy ? t("test.busy") : (label ?? t("test.go"))}</Button></div>
      {result ? (
        <Note tone={result.ok ? "ok" : "warn"} alert testid={`${testid}-result`}>
          <b className="strong">{t(result.ok ? "test.ok" : "test.failed")}</b> {sentence(carrierText(result.message, t))} {result.took_ms > 0 ? <span className="ink-3">{t("monitor.ms", { n: result.took_ms })}</span> : null}
        </Note>
      ) : null}
    </div>
  );
}
