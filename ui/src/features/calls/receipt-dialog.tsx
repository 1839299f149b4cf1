import type { RecordingReceipt } from "@/api/generated/wire";
import { useLocale, useServerNow, useT } from "@/app-context";
import { lossText } from "@/i18n/server-text";
import { nameOf } from "@/lib/names";
import { bytes } from "@/lib/text";
import { second, when } from "@/lib/time";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Note } from "@/ui/note";
import { RecordingBadge } from "./badges";

const seconds = (ms: number | null): string => (ms === null ? "–" : second(ms / 1000));
const size = (n: number | null): string => (n === null ? "–" : bytes(n));

/** Proof of what was kept: lengths, hash, read-back, gaps, place. */
export function ReceiptDialog({ receipt, onClose }: { receipt: RecordingReceipt; onClose: () => void }) {
  const t = useT();
  const locale = useLocale();
  const now = useServerNow();
  return (
    <Dialog title={t("receipt.title")} onClose={onClose} testid="receipt-dialog" footer={<Button onClick={onClose} data-autofocus>{t("ui.close")}</Button>}>
      <div className="col g-3">
        <p className="row"><RecordingBadge state={receipt.state} /></p>
        {receipt.state.kind === "not_stored" ? <Note tone="live">{lossText(receipt.state.reason, t)}</Note> : null}
        <dl className="kv receipt">
          <dt>{t("receipt.length")}</dt><dd>{t("receipt.of", { a: seconds(receipt.duration_ms), b: seconds(receipt.expected_ms) })}</dd>
          <dt>{t("receipt.bytes")}</dt><dd>{t("receipt.of", { a: size(receipt.stored_bytes), b: size(receipt.expected_bytes) })}</dd>
          <dt>{t("receipt.read_back")}</dt><dd>{receipt.read_back_at_ms === null ? t("receipt.not_yet") : when(receipt.read_back_at_ms, now, locale)}</dd>
          <dt>{t("receipt.sides")}</dt><dd>{t(receipt.channels === 2 ? "receipt.stereo" : "receipt.mono")}</dd>
          <dt>{t("receipt.gaps")}</dt><dd>{receipt.gaps.length === 0 ? t("receipt.no_gaps") : receipt.gaps.map((gap) => `${seconds(gap.from_ms)}–${seconds(gap.to_ms)} ${nameOf(t, "gap", gap.reason)}`).join(", ")}</dd>
          <dt>{t("receipt.place")}</dt><dd className="mono break">{receipt.location ?? "–"}</dd>
          <dt>SHA-256</dt><dd className="mono break">{receipt.sha256 ?? "–"}</dd>
        </dl>
      </div>
    </Dialog>
  );
}
