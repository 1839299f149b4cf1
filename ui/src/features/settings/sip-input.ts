import type { Extension, ExtensionInput, SipSettings, SipSettingsInput, Trunk, TrunkInput, TrunkSettings } from "@/api/generated/wire";

/** What a new trunk begins with. */
export const freshTrunk = (country: string): TrunkSettings => ({
  name: "", enabled: true, priority: 10, kind: "register", host: "", transport: "udp", proxy: "", username: "", auth_name: "", peers: [],
  codecs: ["pcma", "pcmu"], srtp: false, country, number_format: "plus", prefix: "", caller_id: { kind: "of_the_call" }, asserted_identity: true, passing_on: "ours", keep_alive_s: 30,
  limits: { concurrent: 30, per_second: 5, daily_spend: 0, per_minute: 0, prefixes: [] },
});

const kept = <T extends { id: string }>(each: T): T & { password: null } => ({ ...each, password: null });
const trunkInput = ({ id, settings }: Trunk): TrunkInput => kept({ id, settings });
const extensionInput = ({ id, username, user_id }: Extension): ExtensionInput => kept({ id, username, user_id });

/** Everything as it is stored. */
export const asInput = (settings: SipSettings): SipSettingsInput => ({
  trunks: settings.trunks.map(trunkInput), extensions: settings.extensions.map(extensionInput),
});

/** With one thing changed, added (no id yet) or removed (`null`). The place of what was changed stays. */
export function withOne<T extends { id: string | null }>(all: readonly T[], id: string | null, one: T | null): T[] {
  const at = id === null ? all.length : all.findIndex((each) => each.id === id);
  return [...all.slice(0, at), ...(one ? [one] : []), ...all.slice(at + 1)];
}

/** Where a thing stands in the list that is sent: what the server says of its fields begins so. */
export const placeOf = (all: readonly { id: string | null }[], id: string | null): number =>
  id === null ? all.length : all.findIndex((each) => each.id === id);
