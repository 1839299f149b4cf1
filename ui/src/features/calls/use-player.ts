import { useEffect, useMemo } from "react";
import type { CallId } from "@/api/generated/wire";
import { useApp } from "@/app-context";
import { useWhole } from "@/lib/use-store";
import { createPlayer } from "@/state/player";
import type { PlayerDriver, Playing } from "@/state/player";

export type Player = Playing & Omit<PlayerDriver, "store" | "start">;

/** The recording of one call, silent again when the page is left. */
export function usePlayer(callId: CallId, durationS: number): Player {
  const { api, platform, fail } = useApp();
  const player = useMemo(
    () => createPlayer({ api, platform, audio: new Audio(), callId, durationS, onFailure: fail }),
    [api, platform, callId, durationS, fail],
  );
  useEffect(() => player.start(), [player]);
  const now = useWhole(player.store);
  return { ...now, ...player };
}
