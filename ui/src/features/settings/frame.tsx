import type { ReactNode } from "react";

interface Props {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** Heading of a settings page with the one sentence that says what it is for. */
export const SettingsFrame = ({ title, text, action, children }: Props) => (
  <div className="page">
    <div className="page-head"><div className="grow"><h1>{title}</h1>{text ? <p className="t-12 ink-2">{text}</p> : null}</div>{action}</div>
    <div className="scroll">{children}</div>
  </div>
);
