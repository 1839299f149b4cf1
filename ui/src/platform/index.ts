import type { Kept } from "@/lib/kept";
import type { Platform } from "./types";

/** The desktop shell when it is there, else the browser. */
export async function choosePlatform(kept: Kept): Promise<Platform> {
  if ("__TAURI_INTERNALS__" in window) {
    const { createTauriPlatform } = await import("./tauri");
    return createTauriPlatform();
  }
  const { createWebPlatform } = await import("./web");
  return createWebPlatform(kept);
}
