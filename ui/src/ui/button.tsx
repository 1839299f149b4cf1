import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "@/lib/cx";
import { Icon } from "./icon";
import type { IconName } from "./icon";
import { Tip } from "./tip";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: "primary" | "quiet" | "plain" | "live" | undefined;
  size?: "sm" | "lg" | undefined;
  icon?: IconName | undefined;
  /** The word changes with it: pass "Saving" as children while busy. */
  busy?: boolean | undefined;
  /** Why it cannot be pressed now; shown on hover and focus. The button stays reachable. */
  off?: string | null | undefined;
  /** On and costs something: red while pressed. */
  costs?: boolean | undefined;
  block?: boolean | undefined;
  ref?: Ref<HTMLButtonElement>;
  "data-testid"?: string;
}

export function Button({ tone, size, icon, busy, off, costs, block, className, children, onClick, ...rest }: Props) {
  const names = cx(
    "btn", tone === "plain" ? "quiet plain" : tone, size, costs && "costs", block && "block",
    icon && !children && "icon", className,
  );
  const dead = Boolean(off) || busy;
  const button = (
    <button
      type="button" {...rest} className={names} aria-busy={busy ?? undefined} aria-disabled={dead ? true : undefined}
      onClick={(event) => {
        if (dead) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon ? <Icon name={icon} {...(size === "sm" && children ? { size: "sm" as const } : {})} /> : null}
      {children}
    </button>
  );
  // A button that is off at times is one element all the time, or it would lose the focus with each change.
  return off === undefined ? button : <Tip text={off}>{button}</Tip>;
}

interface IconButtonProps extends Omit<Props, "children" | "icon"> {
  icon: IconName;
  label: string;
}

/** A button that shows only a picture; its name is on it for screen readers and on hover. */
export const IconButton = ({ label, ...rest }: IconButtonProps) => (
  <Tip text={label}><Button {...rest} aria-label={label} /></Tip>
);

export const Kbd = ({ children }: { children: ReactNode }) => <kbd aria-hidden="true">{children}</kbd>;
