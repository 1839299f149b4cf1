import { useApp, useT } from "@/app-context";
import type { AppInfo } from "@/platform/types";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";

/** How to be the supervisor or the admin of a demo at the same time, in a browser. */
export function DemoDialog({ demo, onClose }: { demo: NonNullable<AppInfo["demo"]>; onClose: () => void }) {
  const t = useT();
  const { toasts, fail } = useApp();
  const copy = (text: string): void => void navigator.clipboard.writeText(text)
    .then(() => { toasts.show({ tone: "ok", title: t("ui.copied"), text: null, stays: false }); }, fail);
  const line = (name: string, value: string) => (
    <div key={name}>
      <dt>{name}</dt>
      <dd className="row tight"><code className="mono">{value}</code><IconButton icon="copy" size="sm" tone="quiet" label={`${t("ui.copy")}: ${name}`} onClick={() => { copy(value); }} /></dd>
    </div>
  );
  return (
    <Dialog title={t("demo.others")} onClose={onClose} wide testid="demo-dialog" footer={<Button onClick={onClose} data-autofocus>{t("ui.close")}</Button>}>
      <div className="col g-3">
        <p className="ink-2">{t(demo.browser ? "demo.in_browser" : "demo.in_window")}</p>
        {demo.browser ? <dl className="refused-typed">{line(t("demo.address"), demo.browser)}</dl> : null}
        {demo.people.map((each) => (
          <section key={each.email} className="card col" data-testid={`demo-${each.role}`}>
            <h3 className="strong">{t(`role.${each.role}`)} · {each.name}</h3>
            <dl className="refused-typed">{line(t("sign_in.email"), each.email)}{line(t("sign_in.password"), each.password)}</dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
