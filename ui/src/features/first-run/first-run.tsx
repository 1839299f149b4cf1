import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import type { Me } from "@/api/generated/wire";
import { useApp, useT } from "@/app-context";
import { keys } from "@/api/keys";
import { CarrierForm } from "@/features/settings/carrier-page";
import { DeviceForm } from "@/features/settings/devices-page";
import { StorageForm } from "@/features/settings/storage-page";
import { cx } from "@/lib/cx";
import { Button } from "@/ui/button";
import { Mark } from "@/ui/cord";
import { Icon } from "@/ui/icon";
import { Loaded } from "@/ui/loaded";
import { NumberStep } from "./number-step";
import { RegisterStep } from "./register-step";
import { TestCallStep } from "./test-call-step";

const STEPS = ["you", "sound", "carrier", "number", "storage", "first_call"] as const;
type Step = (typeof STEPS)[number];

function StepList({ at }: { at: number }) {
  const t = useT();
  return (
    <aside className="stp" aria-label={t("first.steps")}>
      <ol>
        {STEPS.map((step, index) => (
          <li key={step} className={cx(index < at && "done")} {...(index === at ? { "aria-current": "step" as const } : {})}>
            <span className="n">{index < at ? <Icon name="check" size="sm" /> : index + 1}</span><b>{t(`first.${step}`)}</b><p>{t(`first.${step}_sub`)}</p>
          </li>
        ))}
      </ol>
    </aside>
  );
}

function CarrierStep() {
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.carrier, queryFn: api.carrier.get });
  return <Loaded query={query}>{(settings) => <CarrierForm key={JSON.stringify(settings)} settings={settings} />}</Loaded>;
}

function StorageStep() {
  const { api } = useApp();
  const query = useQuery({ queryKey: keys.storage, queryFn: api.storage.get });
  return <Loaded query={query}>{(settings) => <StorageForm key={JSON.stringify(settings)} settings={settings} />}</Loaded>;
}

const VIEW: Record<Exclude<Step, "you">, () => ReactNode> = { sound: DeviceForm, carrier: CarrierStep, number: NumberStep, storage: StorageStep, first_call: TestCallStep };

/** Set-up of a new server: the tenant and its admin, then short steps that can each be skipped. */
export function FirstRun({ me }: { me: Me | null }) {
  const t = useT();
  const { session } = useApp();
  const [step, setStep] = useState(1);
  const at = me ? step : 0;
  const name: Step = STEPS[at] ?? "first_call";
  const last = at === STEPS.length - 1;
  const View = name === "you" ? RegisterStep : VIEW[name];
  return (
    <div className="fr" data-testid="first-run" data-step={name}>
      <header><Mark /> {t("first.title")} <span className="push">{t("first.local")}</span></header>
      <StepList at={at} />
      <main className="ct"><h1>{t(`first.${name}_title`)}</h1><p className="lead">{t(`first.${name}_text`)}</p><View /></main>
      {me ? (
        <footer>
          {at > 1 ? <Button onClick={() => { setStep(at - 1); }}>{t("script.back")}</Button> : null}
          <span className="t-12 ink-3">{t("first.later")}</span><span className="push" />
          {last ? null : <Button tone="plain" onClick={() => { session.finishSteps(); }} data-testid="first-skip-all">{t("first.skip_all")}</Button>}
          <Button tone="primary" onClick={() => { if (last) session.finishSteps(); else setStep(at + 1); }} data-testid="first-next">{last ? t("first.done") : t("first.next", { step: t(`first.${STEPS[at + 1] ?? "first_call"}`) })}</Button>
        </footer>
      ) : null}
    </div>
  );
}
