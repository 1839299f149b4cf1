/** What this computer keeps: the outbox, what was refused, drafts, damaged settings. */
export const kept = {
  "kept.damaged": "Something kept on this computer was damaged.", "kept.damaged_text": "It was put aside and the default is used. What the server has is not touched.",
  "kept.not_written": "This computer has no room to keep more.", "kept.not_written_text": "What you type now may not survive a restart. Free some space, or copy long notes.",
  "refused.bar": "{n} not accepted", "refused.open": "{n:One result was:# results were} not accepted by the server. Show",
  "refused.toast": "The server did not accept something you saved.", "refused.toast_text": "Your text is kept here. Open “not accepted” in the bar at the top to read it, send it again or discard it.",
  "refused.title": "Not accepted by the server", "refused.text": "Each was saved here while the server was away, and refused later. The text stays until you deal with it.",
  "refused.outcome": "Outcome of a call", "refused.notes": "Notes of a call", "refused.lead": "Fields of a lead", "refused.other": "A change",
  "refused.made": "Typed {when}", "refused.show_call": "Open the call", "refused.show_lead": "Open the lead", "refused.why": "Reason", "refused.server_says": "The server says: {text}",
  "refused.again": "Try again", "refused.discard": "Discard", "refused.discard_sure": "Press again to discard", "refused.none": "Nothing is left", "refused.none_text": "All that was refused is dealt with.",
  "form.unsaved": "Not saved", "form.discard_ask": "Discard what you typed?", "form.discard": "Discard", "form.keep": "Keep editing",
  "learned.no_call": "What is said in a recorded call shows here with its words, once it is analysed.",
  "field.code": "Outcome",
} as const;
