import * as Tooltip from "@radix-ui/react-tooltip";
import type { ReactElement } from "react";
import { useDialogHost } from "./layers";

/** Words on hover and focus; Esc puts them away. Without words what is inside stays the same element, with its focus. */
export function Tip({ text, children }: { text: string | null; children: ReactElement }) {
  const host = useDialogHost();
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      {text === null ? null : (
        <Tooltip.Portal container={host}>
          <Tooltip.Content className="tip" sideOffset={6} collisionPadding={8}>{text}</Tooltip.Content>
        </Tooltip.Portal>
      )}
    </Tooltip.Root>
  );
}

export const TipProvider = Tooltip.Provider;
