import * as Tooltip from "@radix-ui/react-tooltip";
import type { ReactElement } from "react";

/** Words on hover and focus; Esc puts them away. */
export const Tip = ({ text, children }: { text: string; children: ReactElement }) => (
  <Tooltip.Root>
    <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
    <Tooltip.Portal>
      <Tooltip.Content className="tip" sideOffset={6} collisionPadding={8}>{text}</Tooltip.Content>
    </Tooltip.Portal>
  </Tooltip.Root>
);

export const TipProvider = Tooltip.Provider;
