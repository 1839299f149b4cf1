import type { LiveCall } from "@/api/generated/wire";
import type { PhoneState } from "@/platform/types";

/**
 * For how long this call has had no sound because the device is away, in milliseconds; null while it is there. The phone
 * knows first, and goes on counting when the server cannot be reached; the server knows of other devices too.
 */
export function awayMs(call: LiveCall, phone: Pick<PhoneState, "reconnectingSinceMs"> | null, now: { server: number; here: number }): number | null {
  const spans = [
    call.reconnecting_since_ms === null ? null : now.server - call.reconnecting_since_ms,
    phone?.reconnectingSinceMs == null ? null : now.here - phone.reconnectingSinceMs,
  ].filter((span) => span !== null);
  return spans.length === 0 ? null : Math.max(0, ...spans);
}
