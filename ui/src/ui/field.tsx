import { useId } from "react";
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { cx } from "@/lib/cx";
import { Icon } from "./icon";

interface Shell {
  label: ReactNode;
  help?: ReactNode;
  /** What is wrong and how to put it right. */
  error?: string | null | undefined;
  /** At the right end of the label's line. */
  aside?: ReactNode;
  hideLabel?: boolean;
}

interface Ids {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
}

function FieldShell({ label, help, error, aside, hideLabel, children }: Shell & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const helpId = `${id}-help`;
  const text = <label htmlFor={id} className={cx(hideLabel && "sr")}>{label}</label>;
  return (
    <div className="field">
      {aside ? <div className="row between field-top">{text}{aside}</div> : text}
      {children({
        id,
        ...(help || error ? { "aria-describedby": helpId } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {error
        ? <span className="error" id={helpId} role="alert"><Icon name="warn" size="sm" /> {error}</span>
        : help ? <span className="help" id={helpId}>{help}</span> : null}
    </div>
  );
}

type Testable = { "data-testid"?: string };

export type TextFieldProps = Shell & Omit<InputHTMLAttributes<HTMLInputElement>, "size"> & Testable & {
  /** A check at the end: this is known. */
  known?: boolean;
};

export const TextField = ({ label, help, error, aside, hideLabel, className, known, ...rest }: TextFieldProps) => (
  <FieldShell {...{ label, help, error, aside, hideLabel: hideLabel ?? false }}>
    {(ids) => {
      const input = <input type="text" {...rest} {...ids} className={cx("input", className)} />;
      return known ? <span className="select known">{input}<Icon name="check" /></span> : input;
    }}
  </FieldShell>
);

export type AreaFieldProps = Shell & TextareaHTMLAttributes<HTMLTextAreaElement> & Testable;

export const AreaField = ({ label, help, error, aside, hideLabel, className, ...rest }: AreaFieldProps) => (
  <FieldShell {...{ label, help, error, aside, hideLabel: hideLabel ?? false }}>
    {(ids) => <textarea {...rest} {...ids} className={cx("input area", className)} />}
  </FieldShell>
);

export interface Choice {
  value: string;
  label: string;
}

export type SelectFieldProps = Shell & SelectHTMLAttributes<HTMLSelectElement> & Testable & {
  choices: readonly Choice[];
};

export const SelectField = ({
  label, help, error, aside, hideLabel, choices, className, ...rest
}: SelectFieldProps) => (
  <FieldShell {...{ label, help, error, aside, hideLabel: hideLabel ?? false }}>
    {(ids) => (
      <span className="select">
        <select {...rest} {...ids} className={cx("input", className)}>
          {choices.map((each) => <option key={each.value} value={each.value}>{each.label}</option>)}
        </select>
        <Icon name="down" />
      </span>
    )}
  </FieldShell>
);

interface ToggleProps extends Testable {
  label: ReactNode;
  checked: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
}

export const Check = ({ label, checked, onChange, disabled, ...rest }: ToggleProps) => (
  <label className="check">
    <input
      type="checkbox" className="box" checked={checked} disabled={disabled} {...rest}
      onChange={(event) => { onChange(event.target.checked); }}
    />
    <span>{label}</span>
  </label>
);

export const Switch = ({ label, checked, onChange, disabled, ...rest }: ToggleProps) => (
  <label className="check">
    <input
      type="checkbox" role="switch" aria-checked={checked} className="switch" checked={checked} disabled={disabled}
      {...rest} onChange={(event) => { onChange(event.target.checked); }}
    />
    <span>{label}</span>
  </label>
);
