import type { ReactNode } from "react";
import { useT } from "@/app-context";
import { failureText } from "@/i18n/failure-text";
import { Button } from "./button";
import { Icon } from "./icon";
import type { IconName } from "./icon";

interface Props {
  icon: IconName;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  testid?: string;
}

/** What stands where a list or a page will be: nothing yet, not allowed, or an error with what to do. */
export const StateBox = ({ icon, title, text, action, testid }: Props) => (
  <div className="state" data-testid={testid}>
    <Icon name={icon} size="lg" />
    <p className="title">{title}</p>
    {text ? <p className="ink-2">{text}</p> : null}
    {action}
  </div>
);

export function ErrorBox({ cause, onRetry }: { cause: unknown; onRetry?: (() => void) | undefined }) {
  const t = useT();
  const { title, text } = failureText(cause, t);
  return (
    <div role="alert">
      <StateBox
        icon="warn" title={title} text={text} testid="error-state"
        action={onRetry ? <Button icon="refresh" onClick={onRetry}>{t("ui.try_now")}</Button> : undefined}
      />
    </div>
  );
}
