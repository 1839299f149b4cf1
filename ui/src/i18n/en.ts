import { assignment } from "./en/assignment";
import { calls } from "./en/calls";
import { carrier } from "./en/carrier";
import { common } from "./en/common";
import { contact } from "./en/contact";
import { crm } from "./en/crm";
import { deviceTexts } from "./en/devices";
import { desk } from "./en/desk";
import { followUps } from "./en/follow-ups";
import { imports } from "./en/imports";
import { kept } from "./en/kept";
import { leadPages } from "./en/lead-pages";
import { leadSets } from "./en/lead-sets";
import { masking } from "./en/masking";
import { monitor } from "./en/monitor";
import { server } from "./en/server";
import { settings } from "./en/settings";
import { shell } from "./en/shell";
import { sip } from "./en/sip";
import { sound } from "./en/sound";
import { voicemail } from "./en/voicemail";
import { worklist } from "./en/worklist";

/** English, the language in which texts are written first; its keys are the list of all texts. */
export const en = { ...common, ...shell, ...desk, ...calls, ...monitor, ...kept, ...server, ...settings, ...deviceTexts, ...sound, ...worklist, ...assignment, ...imports, ...sip, ...leadSets, ...leadPages, ...contact, ...carrier, ...voicemail, ...followUps, ...crm, ...masking };

export type Key = keyof typeof en;
