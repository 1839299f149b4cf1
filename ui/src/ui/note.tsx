import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { Icon } from "./icon";
import type { IconName } from "./icon";

export type NoteTone = "acc" | "ok" | "warn" | "live" | "neutral";

interface Props {
  tone?: NoteTone;
  icon?: IconName;
  children: ReactNode;
  /** Read out at once. */
  alert?: boolean;
  testid?: string;
}

const ICON: Record<NoteTone, IconName> = { acc: "info", ok: "check", warn: "warn", live: "warn", neutral: "info" };

export const Note = ({ tone = "neutral", icon, children, alert, testid }: Props) => (
  <div className={cx("note", tone !== "neutral" && tone)} role={alert ? "alert" : undefined} data-testid={testid}>
    <Icon name={icon ?? ICON[tone]} />
    <div className="grow">{children}</div>
  </div>
);
