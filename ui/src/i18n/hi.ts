import type { Key } from "./en";
import { calls } from "./hi/calls";
import { common } from "./hi/common";
import { deviceTexts } from "./hi/devices";
import { desk } from "./hi/desk";
import { kept } from "./hi/kept";
import { monitor } from "./hi/monitor";
import { server } from "./hi/server";
import { settings } from "./hi/settings";
import { shell } from "./hi/shell";
import { sip } from "./hi/sip";
import { sound } from "./hi/sound";

export const hi: Readonly<Record<Key, string>> = { ...common, ...shell, ...desk, ...calls, ...monitor, ...kept, ...server, ...settings, ...deviceTexts, ...sound, ...sip };
