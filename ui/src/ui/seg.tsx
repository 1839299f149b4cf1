import type { KeyboardEvent, ReactNode } from "react";
import { cx } from "@/lib/cx";
import { Icon } from "./icon";
import type { IconName } from "./icon";

export interface SegOption<V extends string> {
  value: V;
  label: ReactNode;
  icon?: IconName;
  testid?: string;
  className?: string | undefined;
}

interface Props<V extends string> {
  label: string;
  value: V | null;
  options: readonly SegOption<V>[];
  onChange: (value: V) => void;
  size?: "sm" | "lg";
  block?: boolean;
  className?: string;
}

const STEP: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** One value of a few: a radio group with one tab stop, moved by the arrow keys. */
export function Seg<V extends string>({ label, value, options, onChange, size, block, className }: Props<V>) {
  const stop = options.some((each) => each.value === value) ? value : options[0]?.value;
  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = STEP[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("[role=radio]")];
    const at = buttons.findIndex((each) => each === document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next?.focus();
    next?.click();
  };
  return (
    <div
      className={cx("seg", size, block && "block", className)} role="radiogroup" aria-label={label} tabIndex={-1}
      onKeyDown={move}
    >
      {options.map((each) => {
        const on = each.value === value;
        const mark = each.icon ?? (on ? "check" : null);
        return (
          <button
            key={each.value} type="button" role="radio" aria-checked={on} tabIndex={each.value === stop ? 0 : -1}
            className={each.className} data-testid={each.testid} onClick={() => { onChange(each.value); }}
          >
            {mark ? <Icon name={mark} size="sm" /> : null} {each.label}
          </button>
        );
      })}
    </div>
  );
}
