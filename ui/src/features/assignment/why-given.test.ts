import { describe, expect, it } from "vitest";
import type { AssignmentReason } from "@/api/generated/wire";
import { translator } from "@/i18n";
import { whyGiven } from "./why-given";

const [en, hi] = [translator("en"), translator("hi")];
const rule: AssignmentReason = {
  kind: "rule", rule: "Hindi first", version: 14, agent: "Mira", strategy: "language",
  met: [{ field: "source", operator: "contains", values: ["Facebook", "Web"] }, { field: "language", operator: "is", values: ["hi"] }, { field: "fields.floor_no", operator: "is_set", values: [] }, { field: "stage", operator: "is_not", values: ["visit_booked"] }],
  passed: [{ rule: "Evening", why: "outside_hours" }],
};

const WORDS: [AssignmentReason, string, string][] = [
  [rule,
    "“Hindi first” (version 14) gave it to Mira who speaks the language: source contains Facebook or Web, language is Hindi, floor no is known and stage is not visit booked; “Evening” fits too, but it is outside its hours.",
    "“Hindi first” (संस्करण 14) ने यह लीड Mira को दी, जो यह भाषा बोलते हैं: स्रोत में Facebook या Web है, भाषा हिन्दी है, floor no पता है, और चरण मुलाकात तय नहीं है; “Evening” भी ठीक बैठता है, पर उसके घंटे नहीं चल रहे।"],
  [{ ...rule, strategy: "random", met: [], passed: [] }, "“Hindi first” (version 14) gave it to Mira by lot: it takes every lead.", "“Hindi first” (संस्करण 14) ने यह लीड Mira को दी, लॉटरी से: यह हर लीड लेता है।"],
  [{ ...rule, strategy: "random", met: [{ field: "campaign", operator: "is", values: ["camp-1"] }], passed: [] }, "“Hindi first” (version 14) gave it to Mira by lot: campaign is Spring.", "“Hindi first” (संस्करण 14) ने यह लीड Mira को दी, लॉटरी से: अभियान Spring है।"],
  [{ kind: "keeps", agent: "Mira" }, "Mira keeps this lead: owners keep their leads.", "यह लीड Mira के पास रहती है: स्वामी अपनी लीड रखते हैं।"],
  [{ kind: "fallback", version: 2, agent: "Mira", passed: [] }, "No rule gave this lead (version 2), so Mira got it.", "किसी नियम ने यह लीड नहीं दी (संस्करण 2), इसलिए Mira को मिली।"],
  [{ kind: "fallback", version: 2, agent: null, passed: [{ rule: "Day", why: "day_full" }] }, "No rule gave this lead to anybody (version 2); “Day” fits too, but everyone got as many leads today as it allows.", "किसी नियम ने यह लीड किसी को नहीं दी (संस्करण 2); “Day” भी ठीक बैठता है, पर सबको आज उतनी लीड मिल चुकीं जितनी की छूट है।"],
  [{ kind: "owner_left", left: "Farid" }, "Farid left, and no rule gave this lead to anybody.", "Farid चले गए, और किसी नियम ने यह लीड किसी को नहीं दी।"],
  [{ kind: "given_on", left: "Farid" }, "A supervisor gave on the leads of Farid.", "सुपरवाइज़र ने Farid की लीड आगे दीं।"],
  [{ kind: "person", by: "Leela", to: "Farid" }, "Leela gave this lead to Farid.", "Leela ने यह लीड Farid को दी।"],
  [{ kind: "person", by: "Leela", to: null }, "Leela took this lead from its owner.", "Leela ने यह लीड उसके स्वामी से ले ली।"],
  [{ kind: "language", language: "ta", speaks: "Mira", does_not: "Farid" }, "Mira speaks Tamil, and Farid does not.", "Mira को तमिल आती है, Farid को नहीं।"],
  [{ kind: "undone" }, "This lead was given back: the action on many leads was undone.", "यह लीड लौटाई गई: कई लीड पर की गई कार्रवाई वापस ली गई।"],
  [{ kind: "said", sentence: "It was so." }, "It was so.", "It was so."],
];

describe("why a lead is whose it is", () => {
  it.each(WORDS)("$kind: in both languages", (reason, english, hindi) => {
    const words = (t: typeof en, locale: string): string => whyGiven(reason, { t, locale, campaigns: [{ id: "camp-1", name: "Spring" }] });
    expect([words(en, "en"), words(hi, "hi")]).toEqual([english, hindi]);
  });
});
