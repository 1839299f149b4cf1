import { useApp, useT } from "@/app-context";
import { IconButton } from "@/ui/button";

/** An address or a secret to be entered elsewhere, with a button that copies it. What has a name is told by it and not shown again. */
export function CopiedAddress({ url, what }: { url: string; what?: string }) {
  const t = useT();
  const { toasts } = useApp();
  const copy = (): void => void navigator.clipboard.writeText(url).then(() => { toasts.show({ tone: "ok", title: t("ui.copied"), text: what ?? url, stays: false }); }, () => undefined);
  const label = what === undefined ? t("numbers.copy") : t("exotel.copy", { what });
  return <span className="row tight nowrap"><code className="mono trunc webhook">{url}</code><IconButton icon="copy" size="sm" tone="quiet" label={label} onClick={copy} data-testid="copy-webhook" /></span>;
}
