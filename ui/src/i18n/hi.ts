import type { Key } from "./en";
import { assignment } from "./hi/assignment";
import { calls } from "./hi/calls";
import { common } from "./hi/common";
import { deviceTexts } from "./hi/devices";
import { desk } from "./hi/desk";
import { imports } from "./hi/imports";
import { kept } from "./hi/kept";
import { leadSets } from "./hi/lead-sets";
import { monitor } from "./hi/monitor";
import { server } from "./hi/server";
import { settings } from "./hi/settings";
import { shell } from "./hi/shell";
import { sip } from "./hi/sip";
import { sound } from "./hi/sound";
import { worklist } from "./hi/worklist";

export const hi: Readonly<Record<Key, string>> = { ...common, ...shell, ...desk, ...calls, ...monitor, ...kept, ...server, ...settings, ...deviceTexts, ...sound, ...worklist, ...assignment, ...imports, ...sip, ...leadSets };
