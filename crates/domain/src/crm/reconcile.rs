//! Who wins when a lead and its record differ: the side that has changed since they were last seen together, and of two that have
//! changed the newer.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::CrmFlow;
use crate::{pii::Personal, time::UnixMillis};

/// Texts by the names of fields. What is empty is not in it.
pub type Texts = BTreeMap<String, Personal<String>>;

/// What both sides said when they were last looked at together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    pub ours: Texts,
    pub theirs: Texts,
    /// Whether the CRM knows that the person is not to be called.
    pub told_do_not_call: bool,
}

/// Both sides as they are now.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    pub ours: &'a Texts,
    /// When a field of the lead was changed, where that is known.
    pub ours_at: &'a BTreeMap<String, UnixMillis>,
    /// For all other fields.
    pub ours_else: UnixMillis,
    pub theirs: &'a Texts,
    pub theirs_at: UnixMillis,
    /// Fields of the record of which nothing is known.
    pub doubtful: &'a BTreeSet<String>,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They say the same.
    Same,
    /// The lead takes what the CRM says.
    Take,
    /// The CRM is told what the lead says. `lost`: the CRM had changed it too, and was the older.
    Give { lost: bool },
    /// They differ, and nothing is done about it. `lost`: the CRM has changed it, which does not count.
    Stand { lost: bool },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub field: String,
    pub verdict: Verdict,
}

fn text<'a>(texts: &'a Texts, field: &str) -> &'a str {
    texts.get(field).map(|text| text.reveal().trim()).unwrap_or_default()
}

/// A lead has a name, a number and a stage always.
fn can_be_empty(field: &str) -> bool {
    !matches!(field, "name" | "phone" | "stage")
}

/// One decision for each field.
pub fn reconcile(fields: &[(String, CrmFlow)], sides: Sides<'_>, seen: &Seen) -> Vec<Decision> {
    let decide = |(field, flow): &(String, CrmFlow)| {
        let verdict = verdict(field, *flow, sides, seen);
        Decision { field: field.clone(), verdict }
    };
    fields.iter().map(decide).collect()
}

fn verdict(field: &str, flow: CrmFlow, sides: Sides<'_>, seen: &Seen) -> Verdict {
    let (ours, theirs) = (text(sides.ours, field), text(sides.theirs, field));
    let we_changed = ours != text(&seen.ours, field);
    if flow == CrmFlow::Push {
        return if we_changed { Verdict::Give { lost: false } } else { Verdict::Stand { lost: false } };
    }
    let known = !sides.doubtful.contains(field) && (!theirs.is_empty() || can_be_empty(field));
    if known && ours == theirs {
        return Verdict::Same;
    }
    let they_changed = known && theirs != text(&seen.theirs, field);
    let ours_at = sides.ours_at.get(field).copied().unwrap_or(sides.ours_else);
    match (we_changed, they_changed) {
        (false, true) => Verdict::Take,
        (true, true) if sides.theirs_at > ours_at => Verdict::Take,
        (true, lost) if flow.pushes() => Verdict::Give { lost },
        (true, lost) => Verdict::Stand { lost },
        (false, false) => Verdict::Stand { lost: false },
    }
}

impl Seen {
    /// What is remembered once the lead has taken what it takes. What the CRM is still to be told stays a change of ours.
    pub fn after(&self, decisions: &[Decision], ours: &Texts, theirs: &Texts, doubtful: &BTreeSet<String>) -> Self {
        let mut next = self.clone();
        // Of fields that are kept in step no more nothing is remembered.
        for texts in [&mut next.ours, &mut next.theirs] {
            texts.retain(|field, _| decisions.iter().any(|decision| decision.field == *field));
        }
        for Decision { field, verdict } in decisions {
            if !doubtful.contains(field) {
                set(&mut next.theirs, field, theirs.get(field));
            }
            match verdict {
                Verdict::Take => set(&mut next.ours, field, theirs.get(field)),
                Verdict::Same | Verdict::Stand { .. } => set(&mut next.ours, field, ours.get(field)),
                Verdict::Give { .. } => {}
            }
        }
        next
    }

    /// What is remembered once the CRM has been told these fields. `theirs` is what it answered, where it did.
    pub fn told(&self, fields: &BTreeSet<String>, ours: &Texts, theirs: Option<&Texts>) -> Self {
        let mut next = self.clone();
        for field in fields {
            set(&mut next.ours, field, ours.get(field));
            set(&mut next.theirs, field, theirs.unwrap_or(ours).get(field));
        }
        next
    }
}

fn set(texts: &mut Texts, field: &str, to: Option<&Personal<String>>) {
    match to {
        Some(text) => texts.insert(field.to_owned(), text.clone()),
        None => texts.remove(field),
    };
}
