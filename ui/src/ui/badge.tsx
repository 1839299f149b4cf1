import type { ReactNode } from "react";
import type { Heat } from "@/api/generated/wire";
import { useT } from "@/app-context";
import { cx } from "@/lib/cx";
import { initials } from "@/lib/text";
import { Icon } from "./icon";
import type { IconName } from "./icon";

export type Tone = "acc" | "ok" | "warn" | "live" | "cust" | "bare" | "neutral";

interface Props {
  tone?: Tone;
  icon?: IconName;
  children: ReactNode;
  testid?: string | undefined;
}

export const Badge = ({ tone = "neutral", icon, children, testid }: Props) => (
  <span className={cx("badge", tone !== "neutral" && tone)} data-testid={testid}>
    {icon ? <Icon name={icon} /> : null} {children}
  </span>
);

/** Three bars and the word. */
export function HeatMark({ heat }: { heat: Heat }) {
  const t = useT();
  return <span className={cx("heat", heat)}>{t(`heat.${heat}`)}</span>;
}

export const Avatar = ({ name, size }: { name: string; size?: "sm" }) => (
  <span className={cx("av", size)} data-initials={initials(name)} aria-hidden="true" />
);
