//! What follows from a result.

use std::time::Duration;

use super::{
    CallbackAt, Disposition, DispositionEffect, DispositionError, DispositionInput, Heat, InvalidField, LANGUAGE_FIELD,
    LeadFacts, NextAction, Problem, validate,
};
use crate::{time::UnixMillis, worklist::Kind, zone};

/// Validates, then lists the consequences in the order in which they are shown and carried out. `now` is when the agent
/// pressed save, also when the message arrived later; the preview and the saving give the same list for the same `now`.
///
/// A consequence that changes nothing (the stage it has, do-not-call twice) is left out. Somebody who must not be called gets
/// no callback and no retry from any outcome.
///
/// # Errors
/// As [`validate`].
pub fn effects(
    set: &[Disposition],
    input: &DispositionInput,
    lead: &LeadFacts,
    now: UnixMillis,
) -> Result<Vec<DispositionEffect>, DispositionError> {
    let chosen = validate(set, input, lead, now)?;
    let mut effects = Vec::new();
    match &chosen.next_action {
        NextAction::None => {}
        NextAction::Callback => effects.extend(callback(input, lead)?),
        NextAction::Retry { after_minutes } if !lead.do_not_call => {
            effects.push(DispositionEffect::Retry { due_at: now.plus(minutes(*after_minutes)) });
        }
        NextAction::Retry { .. } => {}
        NextAction::Task { text, due_in_minutes } => effects.push(DispositionEffect::Task {
            text: text.clone(),
            due_at: due_in_minutes.map(|due| now.plus(minutes(due))),
        }),
        NextAction::DoNotCall if lead.do_not_call => {}
        NextAction::DoNotCall => effects.push(DispositionEffect::DoNotCall),
        NextAction::MarkInvalid => effects.push(DispositionEffect::MarkInvalid),
        NextAction::Escalate => effects.push(DispositionEffect::Escalate),
        NextAction::Reschedule { .. } | NextAction::Nurture { .. } if lead.do_not_call => {}
        NextAction::Reschedule { after_minutes } => {
            effects.push(promised(now.plus(minutes(*after_minutes)), &lead.zone)?);
        }
        NextAction::Visit { due_in_minutes } => {
            effects.push(DispositionEffect::Visit { due_at: now.plus(minutes(*due_in_minutes)) });
        }
        NextAction::Nurture { sequence, after_days } => effects.push(DispositionEffect::Nurture {
            sequence: sequence.clone(),
            again_at: now.plus(minutes(after_days.saturating_mul(DAY))),
        }),
        NextAction::ReassignByLanguage => {
            let language = language_of(input, lead).unwrap_or_default().to_owned();
            effects.push(DispositionEffect::Reassign { language, due_at: now });
        }
    }
    if lead.in_line == Some(Kind::Retry) && !effects.iter().any(is_tried_again) {
        effects.push(DispositionEffect::LeavesRetries);
    }
    if let Some(stage) = chosen.stage.as_ref().filter(|stage| **stage != lead.stage) {
        effects.push(DispositionEffect::Stage { to: stage.clone() });
    }
    effects.extend(heat(chosen, lead).map(|to| DispositionEffect::Heat { to }));
    Ok(effects)
}

fn callback(input: &DispositionInput, lead: &LeadFacts) -> Result<Option<DispositionEffect>, DispositionError> {
    let Some(CallbackAt { local_time, zone: name }) = input.callback.as_ref().filter(|_| !lead.do_not_call) else {
        return Ok(None);
    };
    let due_at = zone::zone(name).and_then(|tz| zone::instant(zone::local(local_time)?, &tz)).map_err(|error| {
        DispositionError(vec![InvalidField { field: "callback".to_owned(), problem: Problem::Clock(error) }])
    })?;
    Ok(Some(DispositionEffect::Callback { due_at, local_time: local_time.clone(), zone: name.clone() }))
}

const DAY: u32 = 24 * 60;

/// The language that was put down now, or is known.
pub(super) fn language_of<'a>(input: &'a DispositionInput, lead: &'a LeadFacts) -> Option<&'a str> {
    let given = input.fields.get(LANGUAGE_FIELD).or_else(|| lead.fields.get(LANGUAGE_FIELD));
    given.map(|text| text.trim()).filter(|text| !text.is_empty())
}

const fn is_tried_again(effect: &DispositionEffect) -> bool {
    use DispositionEffect::{Nurture, Reassign, Retry};
    matches!(effect, Retry { .. } | Nurture { .. } | Reassign { .. })
}

/// A promise at an instant, as the person's own clock shows it.
fn promised(due_at: UnixMillis, name: &str) -> Result<DispositionEffect, DispositionError> {
    let shown = zone::zone(name).and_then(|tz| zone::wall_clock(due_at, &tz)).map_err(|error| {
        DispositionError(vec![InvalidField { field: "callback".to_owned(), problem: Problem::Clock(error) }])
    })?;
    let local_time = shown.strftime("%Y-%m-%dT%H:%M").to_string();
    Ok(DispositionEffect::Callback { due_at, local_time, zone: name.to_owned() })
}

/// Interest warms a cold lead; refusal and wrong numbers cool any. Hot is for the analysis and for people to say.
fn heat(chosen: &Disposition, lead: &LeadFacts) -> Option<Heat> {
    let to = match chosen.code.as_str() {
        "interested" => lead.heat.max(Heat::Warm),
        "not_interested" | "wrong_number" | "do_not_call" => Heat::Cold,
        _ => return None,
    };
    (to != lead.heat).then_some(to)
}

fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}
