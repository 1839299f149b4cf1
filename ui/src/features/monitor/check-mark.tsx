import type { DeviceCheck } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { CheckLines, VERDICT_ICON } from "@/features/settings/device-check-card";
import type { Translate } from "@/i18n";
import { checkMark } from "@/state/device-check";
import { Icon } from "@/ui/icon";
import { Tip } from "@/ui/tip";

const ageWords = (ms: number, t: Translate): string =>
  ms < 3_600_000 ? t("check.age_m", { n: Math.floor(ms / 60_000) })
  : ms < 172_800_000 ? t("check.age_h", { n: Math.floor(ms / 3_600_000) })
  : t("check.age_d", { n: Math.floor(ms / 86_400_000) });

interface Props {
  check: DeviceCheck | undefined;
  now: number;
}

/** Beside a name: how the last check of sound and network went. Nothing for who has not made one. */
export function CheckMark({ check, now }: Props) {
  const t = useT();
  const mark = checkMark(check, now);
  if (mark.kind === "none") return null;
  const worst = check?.lines.find((line) => line.verdict === mark.kind && line.verdict !== "good");
  const found = worst ? `${t(`check.${worst.subject}`)}: ${t(`check.is_${worst.verdict}`)}` : t(`check.is_${mark.kind}`);
  const words = t("check.mark", { found, age: ageWords(mark.ageMs, t) });
  const tone = mark.old || mark.kind === "good" ? "ink-3" : mark.kind === "fair" ? "c-warn" : "c-live";
  return (
    <Tip text={words}>
      <span className={tone} data-testid="monitor-check" data-verdict={mark.kind}><Icon name={VERDICT_ICON[mark.kind]} size="sm" /><span className="sr">{words}</span></span>
    </Tip>
  );
}

/** In the pane of an agent: what the check found, with its age. */
export function CheckSection({ check, now }: Props) {
  const t = useT();
  const mark = checkMark(check, now);
  return (
    <div className="col g-1" data-testid="pane-check">
      <h3 className="h-sec">{t("check.title")}</h3>
      {mark.kind === "none" || !check
        ? <p className="ink-3">{t("check.none")}</p>
        : <><p className="ink-2">{t(`check.all_${mark.kind}`)} <span className="ink-3">{ageWords(mark.ageMs, t)}{mark.old ? `, ${t("check.old")}` : ""}</span></p>
            <CheckLines lines={check.lines.filter((line) => line.verdict !== "good")} figures={check.figures} /></>}
    </div>
  );
}
