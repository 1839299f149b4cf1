//! What follows from a conversation: mood, intent, promises, and how good the lead is.

use serde::{Deserialize, Serialize};

use super::{Evidence, When};
use crate::pii::Personal;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SentimentLabel {
    VeryNegative,
    Negative,
    Neutral,
    Positive,
    VeryPositive,
}

impl SentimentLabel {
    /// Cuts at ±0.15 and ±0.6 of a score in -1..1.
    pub fn of(score: f32) -> Self {
        match score {
            s if s <= -0.6 => Self::VeryNegative,
            s if s <= -0.15 => Self::Negative,
            s if s < 0.15 => Self::Neutral,
            s if s < 0.6 => Self::Positive,
            _ => Self::VeryPositive,
        }
    }
}

/// The customer's mood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Sentiment {
    pub label: SentimentLabel,
    /// -1 (very negative) to 1 (very positive).
    pub score: f32,
    /// The same score for the first, middle and last third of the conversation.
    pub trend: [f32; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum IntentKind {
    Buy,
    Rent,
    Sell,
    Invest,
    SiteVisit,
    PriceEnquiry,
    InformationRequest,
    Callback,
    Support,
    Complaint,
    Payment,
    Cancel,
    NotInterested,
    DoNotCall,
    WrongNumber,
}

impl IntentKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Rent => "rent",
            Self::Sell => "sell",
            Self::Invest => "invest",
            Self::SiteVisit => "site_visit",
            Self::PriceEnquiry => "price_enquiry",
            Self::InformationRequest => "information_request",
            Self::Callback => "callback",
            Self::Support => "support",
            Self::Complaint => "complaint",
            Self::Payment => "payment",
            Self::Cancel => "cancel",
            Self::NotInterested => "not_interested",
            Self::DoNotCall => "do_not_call",
            Self::WrongNumber => "wrong_number",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Intent {
    pub kind: IntentKind,
    #[serde(flatten)]
    pub evidence: Evidence,
    /// 0..1
    pub confidence: f32,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct Intents {
    pub primary: Option<Intent>,
    pub secondary: Vec<Intent>,
}

/// Who promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Agent,
    Customer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    Medium,
    High,
    Urgent,
}

/// Something that one side said they would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ActionItem {
    /// In the imperative: "Send the brochure on WhatsApp".
    pub text: Personal<String>,
    pub owner: Owner,
    /// Of a day without an hour, its last minute.
    pub due: Option<When>,
    pub priority: Priority,
    #[serde(flatten)]
    pub evidence: Evidence,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct FollowUp {
    pub needed: bool,
    pub at: Option<When>,
    /// Why, in a few words; empty when not needed.
    pub reason: String,
}

/// One named part of the lead's score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct QualityReason {
    /// Snake-case code that screens translate: `budget_known`, `visit_booked`, `not_interested`…
    pub name: String,
    pub points: i16,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct LeadQuality {
    /// 0..100: the sum of the points, held within the range.
    pub score: u8,
    pub reasons: Vec<QualityReason>,
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct NextAction {
    /// Snake-case code: `confirm_visit`, `call_back`, `send_details`, `arrange_loan`, `book_visit`, `nurture`,
    /// `resolve_complaint`, `stop_calling`, `correct_number`, `close`.
    pub code: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct HotLead {
    pub hot: bool,
    /// Names of the reasons, empty when not hot.
    pub why: Vec<String>,
}

/// A disposition code that the wrap-up form offers first; the agent decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS))]
pub struct ProposedDisposition {
    /// `interested`, `not_interested`, `callback`, `wrong_number`, `language_barrier`, `do_not_call`, `escalate`,
    /// `technical_issue`.
    pub code: String,
    /// Of `interested`: `wants_visit`, `wants_details`, `ready_to_buy`; of `not_interested`: `price`, `location`,
    /// `bought_elsewhere`, `no_need`. Absent when the conversation gives no ground for one.
    #[serde(default)]
    pub sub_code: Option<String>,
    /// 0..1
    pub confidence: f32,
    pub evidence: Option<Evidence>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_score() {
        let labels = [-1.0, -0.3, 0.0, 0.3, 1.0].map(SentimentLabel::of);
        assert!(labels.is_sorted());
        assert_eq!(labels[0], SentimentLabel::VeryNegative);
        assert_eq!(labels[2], SentimentLabel::Neutral);
        assert_eq!(labels[4], SentimentLabel::VeryPositive);
    }

    #[test]
    fn the_name_of_an_intent_is_its_json() {
        for kind in [IntentKind::Buy, IntentKind::SiteVisit, IntentKind::DoNotCall, IntentKind::WrongNumber] {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
    }
}
