import { useState } from "react";
import { useApp, useT } from "@/app-context";
import { LearnedLast, callToLearnFrom } from "@/features/calls/learned-last";
import { cx } from "@/lib/cx";
import { firstName } from "@/lib/text";
import { useMe } from "@/app-context";
import { Button } from "@/ui/button";
import { StateBox } from "@/ui/state-box";
import type { DeskData } from "./use-desk-data";

/** `{customer}`, `{agent}` and `{company}` in a script are filled in. */
export function fillScript(say: string, names: { customer: string; agent: string; company: string }): string {
  return say.replace(/\{(customer|agent|company)\}/g, (_, key: keyof typeof names) => names[key]);
}

function Script({ data }: { data: DeskData }) {
  const t = useT();
  const me = useMe();
  const { toasts } = useApp();
  const [at, setAt] = useState(0);
  const steps = data.script;
  const step = steps[Math.min(at, steps.length - 1)];
  if (!step) return <StateBox icon="book" title={t("script.none")} text={t("script.none_text")} />;
  const say = (text: string): string => fillScript(text, {
    customer: data.name ? firstName(data.name) : t("desk.the_customer"), agent: firstName(me.user.name), company: me.tenant.name,
  });
  const copy = (): void => {
    void navigator.clipboard.writeText(say(step.say))
      .then(() => { toasts.show({ tone: "ok", title: t("ui.copied"), text: null, stays: false }); }, () => undefined);
  };
  return (
    <>
      <div className="script col" data-testid="script">
        <div className="row between">
          <span className="label">{t("script.step", { n: at + 1, all: steps.length, title: step.title })}</span>
          <span className="pos" aria-hidden="true">{steps.map((each, index) => <i key={each.title} className={cx(index < at && "done", index === at && "at")} />)}</span>
        </div>
        <blockquote aria-live="polite">“{say(step.say)}”</blockquote>
        <div className="row">
          <Button size="sm" off={at === 0 ? t("script.first") : null} onClick={() => { setAt(at - 1); }}>{t("script.back")}</Button>
          <Button size="sm" off={at + 1 >= steps.length ? t("script.last") : null} onClick={() => { setAt(at + 1); }} data-testid="script-next">{t("script.next")}</Button>
          <span className="push" /><Button size="sm" tone="quiet" icon="copy" onClick={copy}>{t("ui.copy")}</Button>
        </div>
      </div>
      <ol className="steps" aria-label={t("script.all")}>
        {steps.map((each, index) => (
          <li key={each.title}>
            <button type="button" onClick={() => { setAt(index); }} {...(index === at ? { "aria-current": "step" as const } : {})}>
              <span className="n">{index + 1}</span><b>{each.title}</b><span className="t-12 ink-2 trunc">{say(each.say)}</span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

/** What to say, step by step, and what was said last time. */
export function HelpColumn({ data, open }: { data: DeskData; open: boolean }) {
  const t = useT();
  return (
    <section className={cx("c-help", open && "open")} aria-label={t("desk.help")} data-region="help" tabIndex={-1}>
      <header className="help-head"><h2 className="h-sec">{t("desk.script")}</h2></header>
      <Script data={data} />
      {data.card && callToLearnFrom(data.card.recent_calls) ? <div className="ai"><LearnedLast card={data.card} title={t("desk.last_time")} /></div> : null}
    </section>
  );
}
