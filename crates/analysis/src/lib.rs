//! The built-in analyser: reads a transcript by rules and needs no key, no model and no network.
//!
//! Understands English and Hindi in Latin letters, also mixed in one sentence. Facts come from the customer's own words and
//! quote them; an agent's words count only as the question that a "yes" answers. What is not sure is left out or has a low
//! confidence: nothing is invented. Pure: the same transcript and context give the same analysis.

mod actions;
mod answer;
mod facts;
mod follow;
mod intent;
mod language;
pub mod live;
mod money;
mod mood;
mod score;
mod summary;
mod talk;
mod text;
mod topics;
mod when;

use domain::{
    intelligence::{Analysis, CallContext, Engine, Transcript},
    pii::Personal,
};

/// The engine's name, as fields and analyses carry it.
pub const ENGINE: &str = "rules";
/// Raised when rules change what is found, so that old analyses can be told from new ones.
pub const VERSION: &str = "1";

/// Reads one conversation. An empty transcript gives an empty analysis, not an error.
pub fn analyse(transcript: &Transcript, context: &CallContext) -> Analysis {
    let talk = talk::Talk::new(transcript, context);
    let fields = facts::extract(&talk);
    let sentiment = mood::read(&talk);
    let intent = intent::read(&talk);
    let action_items = actions::read(&talk);
    let callback = follow::callback(&talk);
    let follow_up = follow::read(&fields, &intent, &action_items, callback.as_ref());

    let picture = score::Picture { fields: &fields, intents: &intent, mood: &sentiment, callback: callback.as_ref() };
    let lead_quality = score::quality(&picture);
    let hot_lead = score::hot(&picture, &lead_quality);
    let material = summary::Material {
        fields: &fields,
        intents: &intent,
        actions: &action_items,
        mood: &sentiment,
        callback: callback.as_ref(),
    };
    Analysis {
        summary_short: Personal::new(summary::short(&talk, &material)),
        summary_detailed: Personal::new(summary::detailed(&talk, &material)),
        language: language::read(&talk),
        key_topics: topics::read(&talk),
        conversion_probability: score::conversion(&picture, &lead_quality),
        priority: score::priority(&picture, &lead_quality, &hot_lead),
        next_best_action: score::next_action(&picture),
        proposed_disposition: score::disposition(&talk, &picture),
        sentiment,
        action_items,
        follow_up,
        lead_quality,
        hot_lead,
        intent,
        fields,
        engine: Engine { name: ENGINE.to_owned(), version: VERSION.to_owned() },
    }
}
