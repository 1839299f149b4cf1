import * as Radix from "@radix-ui/react-dropdown-menu";
import type { ReactElement, ReactNode } from "react";
import { Icon } from "./icon";
import { useDialogHost } from "./layers";
import type { IconName } from "./icon";

export interface MenuItem {
  id: string;
  label: ReactNode;
  icon?: IconName;
  chosen?: boolean;
  onSelect: () => void;
}

interface Props {
  trigger: ReactElement;
  /** Groups are parted by a line. */
  groups: readonly (readonly MenuItem[])[];
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: "start" | "end";
}

export function Menu({ trigger, groups, open, onOpenChange, align = "start" }: Props) {
  const host = useDialogHost();
  return (
  <Radix.Root modal={false} {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
    <Radix.Trigger asChild>{trigger}</Radix.Trigger>
    <Radix.Portal container={host}>
      <Radix.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
        {groups.filter((group) => group.length > 0).map((group, at) => (
          <Radix.Group key={group[0]?.id} className="menu-group">
            {at > 0 ? <Radix.Separator className="menu-line" /> : null}
            {group.map((item) => (
              <Radix.Item key={item.id} className="menu-item" data-testid={item.id} onSelect={item.onSelect}>
                {item.icon ? <Icon name={item.icon} /> : null}
                <span className="grow">{item.label}</span>
                {item.chosen ? <Icon name="check" size="sm" /> : null}
              </Radix.Item>
            ))}
          </Radix.Group>
        ))}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
  );
}
