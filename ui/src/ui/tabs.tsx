import * as Radix from "@radix-ui/react-tabs";
import type { ReactNode } from "react";

export interface TabItem {
  value: string;
  label: string;
  count?: number | undefined;
  content: ReactNode;
}

interface Props {
  label: string;
  items: readonly TabItem[];
  value?: string;
  onChange?: (value: string) => void;
}

export const Tabs = ({ label, items, value, onChange }: Props) => (
  <Radix.Root
    className="tabs-root" defaultValue={items[0]?.value ?? ""}
    {...(value === undefined ? {} : { value })} {...(onChange ? { onValueChange: onChange } : {})}
  >
    <Radix.List className="tabs" aria-label={label}>
      {items.map((each) => (
        <Radix.Trigger key={each.value} value={each.value} className="tab">
          {each.label} {each.count === undefined ? null : <span className="n">{each.count}</span>}
        </Radix.Trigger>
      ))}
    </Radix.List>
    {items.map((each) => (
      <Radix.Content key={each.value} value={each.value} className="tab-panel">{each.content}</Radix.Content>
    ))}
  </Radix.Root>
);
