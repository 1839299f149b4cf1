//! What is known about a conversation after it: the transcript that goes in, and the analysis that comes out of any engine
//! (the built-in rules or a language model). Stored as JSON, sent over the wire, printed by `switchboard analyse`.
//!
//! Every extracted fact carries the exact words it was taken from, the second they were said and a confidence. Text that
//! people said or that names them is [`Personal`], so a log line cannot leak it.

use jiff::{
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::{pii::Personal, time::UnixMillis};

mod keys;
mod outcome;

pub use keys::{FieldKey, FieldValue, TimelineClass};
pub use outcome::{
    ActionItem, FollowUp, HotLead, Intent, IntentKind, Intents, LeadQuality, NextAction, Owner, Priority,
    ProposedDisposition, QualityReason, Sentiment, SentimentLabel,
};

/// Who spoke. Recordings have one channel for each side, so only mixed uploads give `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    #[serde(alias = "caller", alias = "lead")]
    Customer,
    Agent,
    #[default]
    Unknown,
}

/// One stretch of speech by one person. Seconds count from the start of the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Segment {
    #[serde(default)]
    pub speaker: Speaker,
    pub start_s: f64,
    #[serde(default)]
    pub end_s: f64,
    pub text: Personal<String>,
    /// The speech engine's own 0..1, when it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
}

/// A conversation in words, segments in the order of their start.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Transcript {
    /// BCP 47 tag (`en`, `hi-Latn`) as the speech engine or the person who uploaded it gave it.
    #[serde(default)]
    pub language: Option<String>,
    /// Name of the speech engine, empty when written by hand.
    #[serde(default)]
    pub engine: String,
    #[serde(default)]
    pub duration_s: f64,
    pub segments: Vec<Segment>,
}

/// What "tomorrow" and "my number is 98…" mean in this call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawContext")]
pub struct CallContext {
    /// When the call began, as the wall clock of `zone` showed it.
    pub call_date: DateTime,
    /// IANA name of the customer's zone, such as `Asia/Kolkata`. Known to the bundled zone table.
    pub zone: String,
    /// ISO 3166 alpha-2 country of the tenant: gives numbers without country code and money without currency a meaning.
    pub tenant_country: String,
    /// Names of what the tenant sells, to be recognised when somebody says them.
    pub products: Vec<String>,
}

/// A call date, zone or country that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContext {
    #[error("call_date {0:?} is not a date: expected 2026-03-14, 2026-03-14T10:30 or 2026-03-14T05:00:00Z")]
    CallDate(String),
    #[error("zone {0:?} is not an IANA time zone such as Asia/Kolkata")]
    Zone(String),
    #[error("tenant_country {0:?} is not a two-letter country code such as IN")]
    Country(String),
}

impl CallContext {
    /// `call_date` is a wall-clock date with or without time, or an instant with `Z` or an offset, which is moved to `zone`.
    ///
    /// # Errors
    /// One variant per argument that cannot be read.
    pub fn new(call_date: &str, zone: &str, tenant_country: &str) -> Result<Self, InvalidContext> {
        let tz = TimeZone::get(zone).map_err(|_| InvalidContext::Zone(zone.to_owned()))?;
        let call_date = match call_date.parse::<jiff::Timestamp>() {
            Ok(instant) => instant.to_zoned(tz).datetime(),
            Err(_) => call_date.parse::<DateTime>().map_err(|_| InvalidContext::CallDate(call_date.to_owned()))?,
        };
        if tenant_country.len() != 2 || !tenant_country.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(InvalidContext::Country(tenant_country.to_owned()));
        }
        Ok(Self {
            call_date,
            zone: zone.to_owned(),
            tenant_country: tenant_country.to_ascii_uppercase(),
            products: Vec::new(),
        })
    }

    #[must_use]
    pub fn with_products(self, products: Vec<String>) -> Self {
        Self { products, ..self }
    }
}

#[derive(Deserialize)]
struct RawContext {
    call_date: String,
    zone: String,
    #[serde(default = "default_country", alias = "country")]
    tenant_country: String,
    #[serde(default)]
    products: Vec<String>,
}

fn default_country() -> String {
    "IN".to_owned()
}

impl TryFrom<RawContext> for CallContext {
    type Error = InvalidContext;

    fn try_from(raw: RawContext) -> Result<Self, InvalidContext> {
        Self::new(&raw.call_date, &raw.zone, &raw.tenant_country).map(|context| context.with_products(raw.products))
    }
}

/// The file that `switchboard analyse` reads: a transcript and its context side by side in one JSON object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalysisInput {
    #[serde(flatten)]
    pub transcript: Transcript,
    #[serde(flatten)]
    pub context: CallContext,
}

/// Who drew a conclusion: `rules`, or the language model's configured name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Engine {
    pub name: String,
    pub version: String,
}

/// Words that were said, exactly, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Evidence {
    /// A substring of the segment's text.
    pub quote: Personal<String>,
    /// Second of the recording at which the quoted segment begins.
    pub at_s: f64,
    /// Index into the transcript's segments.
    pub segment: usize,
}

/// One fact about the customer or the deal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ExtractedField {
    pub key: FieldKey,
    pub value: FieldValue,
    /// The value as a person would write it: "₹60–70 lakh", "Sat 21 Nov 2026, 11:00".
    pub display: Personal<String>,
    #[serde(flatten)]
    pub evidence: Evidence,
    /// The agent's words that the customer only confirmed ("Do you need a loan?" before a quoted "Yes").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Evidence>,
    /// For a list: where its second and later items were said, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Evidence>,
    /// 0..1. From 0.75 it may fill an empty lead field; below that it is only shown.
    pub confidence: f32,
    pub engine: String,
}

/// A resolved point in time. `day_only` when no time of day was said; `at` is then the start of that day in the zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct When {
    pub at: UnixMillis,
    /// Wall clock in `zone`, ISO 8601 without offset.
    pub local: DateTime,
    pub zone: String,
    #[serde(default)]
    pub day_only: bool,
}

impl When {
    pub fn date(&self) -> Date {
        self.local.date()
    }
}

/// Everything that an engine concludes from one transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Analysis {
    /// One or two sentences.
    pub summary_short: Personal<String>,
    /// A paragraph: who, what they want, what was agreed, what stands in the way.
    pub summary_detailed: Personal<String>,
    /// `en`, `hi-Latn`, `mixed`; absent when nothing was said.
    pub language: Option<String>,
    pub sentiment: Sentiment,
    /// In the order of [`FieldKey`]; at most one for each key.
    pub fields: Vec<ExtractedField>,
    pub intent: Intents,
    pub key_topics: Vec<String>,
    pub action_items: Vec<ActionItem>,
    pub follow_up: FollowUp,
    pub priority: Priority,
    pub lead_quality: LeadQuality,
    /// Percent.
    pub conversion_probability: u8,
    pub next_best_action: NextAction,
    pub hot_lead: HotLead,
    /// Absent when the conversation gives no ground for one.
    pub proposed_disposition: Option<ProposedDisposition>,
    pub engine: Engine,
}

impl Analysis {
    pub fn field(&self, key: FieldKey) -> Option<&ExtractedField> {
        self.fields.iter().find(|field| field.key == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_json_object_holds_transcript_and_context() {
        let input: AnalysisInput = serde_json::from_str(
            r#"{"language":"en","call_date":"2026-03-14T05:00:00Z","zone":"Asia/Kolkata",
                "segments":[{"speaker":"caller","start_s":1.5,"text":"hello"}]}"#,
        )
        .unwrap();
        assert_eq!(input.context.call_date.to_string(), "2026-03-14T10:30:00");
        assert_eq!(input.context.tenant_country, "IN");
        assert_eq!(input.transcript.segments[0].speaker, Speaker::Customer);
        let again: AnalysisInput = serde_json::from_str(&serde_json::to_string(&input).unwrap()).unwrap();
        assert_eq!(again, input);
    }

    #[test]
    fn a_context_that_means_nothing_names_the_field() {
        assert_eq!(CallContext::new("2026-03-14", "Mars/Base", "IN"), Err(InvalidContext::Zone("Mars/Base".into())));
        assert_eq!(CallContext::new("14/03", "Asia/Kolkata", "IN"), Err(InvalidContext::CallDate("14/03".into())));
        assert_eq!(CallContext::new("2026-03-14", "UTC", "India"), Err(InvalidContext::Country("India".into())));
    }

    #[test]
    fn what_was_said_never_prints() {
        let segment = Segment {
            speaker: Speaker::Customer,
            start_s: 0.0,
            end_s: 1.0,
            text: Personal::new("my name is Asha".to_owned()),
            confidence: None,
        };
        assert!(!format!("{segment:?}").contains("Asha"));
    }
}
