import { createContext, useContext } from "react";
import { createStore } from "@/lib/store";

/**
 * Open modal dialogs, the topmost last. All outside the topmost is inert, so what must stay in reach (the ring card,
 * messages, words on hover) is put into it.
 */
export const dialogs = createStore<readonly HTMLElement[]>([]);

export const topDialog = (open: readonly HTMLElement[]): HTMLElement | null => open.at(-1) ?? null;

/** The dialog around a component; null on the page itself. */
export const DialogHost = createContext<HTMLElement | null>(null);

export const useDialogHost = (): HTMLElement | null => useContext(DialogHost);
