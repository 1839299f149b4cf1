import { useEffect } from "react";
import { useApp } from "@/app-context";
import { useStore } from "@/lib/use-store";

/** In a call with the main window hidden, the small always-on-top window shows. */
export function useMiniWindow(): void {
  const { desk, platform } = useApp();
  const talking = useStore(desk.store, (each) => each.current !== null && each.current.endedAtMs === null);
  useEffect(() => {
    if (platform.window !== "main") return;
    const tell = (): void => {
      void platform.showMini(talking && document.visibilityState === "hidden").catch(() => undefined);
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => { document.removeEventListener("visibilitychange", tell); };
  }, [talking, platform]);
}
