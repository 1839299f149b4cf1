//! Why a use-case could not do what was asked; the API turns each into an `ErrorCode`.

use domain::{do_not_call::Objection, time::UnixMillis};
use wire::error::{ErrorCode, FieldError};

#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    #[error("a field has a value that is not possible")]
    InvalidFields(Vec<FieldError>),
    #[error("not signed in")]
    NotSignedIn,
    #[error("the access token has run out")]
    TokenExpired,
    #[error("the refresh token was used before; this sign-in has been ended everywhere")]
    TokenReused,
    #[error("e-mail and password do not match")]
    WrongCredentials,
    #[error("too many tries; wait {retry_after_s} s")]
    TooManyTries { retry_after_s: u32 },
    #[error("your role does not allow this")]
    NotAllowed,
    #[error("no such {0} here")]
    NotFound(&'static str),
    #[error("this {0} exists already")]
    AlreadyExists(&'static str),
    #[error("{0}")]
    Conflict(&'static str),
    #[error("this idempotency key was used with another request")]
    IdempotencyMismatch,
    #[error("the same request is being carried out; ask again")]
    InProgress,
    #[error("{by} took this call")]
    OfferTaken { by: String },
    #[error("the offer is over: {0}")]
    OfferGone(&'static str),
    #[error("the call is not in a state for this: {0}")]
    WrongCallState(&'static str),
    #[error("this carrier cannot do that during a call: {0}")]
    NotSupportedByCarrier(&'static str),
    #[error("{}", objection_words(.0))]
    DoNotCall(Objection),
    #[error("it is outside calling hours where this person is")]
    OutsideCallingHours { opens_at: Option<UnixMillis> },
    #[error("{by} works on this lead")]
    LeadHeld { by: String, until: UnixMillis },
    #[error("this number was dialed just now")]
    JustDialed { until: UnixMillis },
    #[error("the lead is not held for you any more; ask for the next one")]
    LeaseOver,
    #[error("no device of yours is connected with sound")]
    NoDevice,
    #[error("{0}")]
    NotConfigured(&'static str),
    #[error("{0}")]
    Upstream(String),
    #[error("the database is not there now")]
    Unavailable,
    /// Logged where it arises; the text never leaves the server.
    #[error("internal: {0}")]
    Internal(String),
}

const fn objection_words(objection: &Objection) -> &'static str {
    match objection {
        Objection::Marked => "this lead is marked as not to be called",
        Objection::Listed { until: None, .. } => "this number is on the do-not-call list",
        Objection::Listed { until: Some(_), .. } => "this number is on the do-not-call list for a while",
        Objection::Withdrawn { .. } => "this person has withdrawn the consent to be called",
        Objection::InRegistry { .. } => {
            "this number is in the national registry of people who do not want to be called"
        }
        Objection::RegistryUnknown => "the national registry has to be asked first, and it does not answer",
    }
}

impl BackendError {
    /// One field with one problem.
    pub fn field(field: &str, problem: impl Into<String>) -> Self {
        Self::InvalidFields(vec![FieldError { field: field.to_owned(), problem: problem.into() }])
    }

    pub fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidFields(_) => ErrorCode::InvalidFields,
            Self::NotSignedIn => ErrorCode::NotSignedIn,
            Self::TokenExpired => ErrorCode::TokenExpired,
            Self::TokenReused => ErrorCode::TokenReused,
            Self::WrongCredentials => ErrorCode::WrongCredentials,
            Self::TooManyTries { .. } => ErrorCode::TooManyTries,
            Self::NotAllowed => ErrorCode::NotAllowed,
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::AlreadyExists(_) => ErrorCode::AlreadyExists,
            Self::Conflict(_) => ErrorCode::Conflict,
            Self::IdempotencyMismatch => ErrorCode::IdempotencyMismatch,
            Self::InProgress => ErrorCode::InProgress,
            Self::OfferTaken { .. } => ErrorCode::OfferTaken,
            Self::OfferGone(_) => ErrorCode::OfferGone,
            Self::WrongCallState(_) => ErrorCode::WrongCallState,
            Self::NotSupportedByCarrier(_) => ErrorCode::NotSupportedByCarrier,
            Self::DoNotCall(Objection::Withdrawn { .. }) => ErrorCode::ConsentWithdrawn,
            Self::DoNotCall(Objection::RegistryUnknown) => ErrorCode::RegistryUnknown,
            Self::DoNotCall(_) => ErrorCode::DoNotCall,
            Self::OutsideCallingHours { .. } => ErrorCode::OutsideCallingHours,
            Self::LeadHeld { .. } => ErrorCode::LeadHeld,
            Self::JustDialed { .. } => ErrorCode::JustDialed,
            Self::LeaseOver => ErrorCode::LeaseOver,
            Self::NoDevice => ErrorCode::NoDevice,
            Self::NotConfigured(_) => ErrorCode::NotConfigured,
            Self::Upstream(_) => ErrorCode::UpstreamFailed,
            Self::Unavailable => ErrorCode::Unavailable,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }
}

impl From<storage::StorageError> for BackendError {
    fn from(error: storage::StorageError) -> Self {
        use storage::StorageError as E;
        match error {
            E::Unique { what } => Self::AlreadyExists(what),
            E::Conflict { .. } => Self::Conflict("it has changed since it was read; read it again"),
            E::NoSuchReference => Self::InvalidFields(vec![FieldError {
                field: "id".to_owned(),
                problem: "names something that is not there".to_owned(),
            }]),
            E::Unavailable(_) => Self::Unavailable,
            E::Io(fault) => {
                tracing::error!(%fault, "the database cannot read or write its disk");
                Self::Unavailable
            }
            E::InvalidCursor => Self::field("cursor", "expected a cursor that this list gave out"),
            other => Self::Internal(other.to_string()),
        }
    }
}

/// Collects what is wrong with a request, so that all of it is said at once.
#[derive(Default)]
pub struct FieldChecks(Vec<FieldError>);

impl FieldChecks {
    pub fn require(&mut self, holds: bool, field: &str, problem: &str) -> &mut Self {
        if !holds {
            self.0.push(FieldError { field: field.to_owned(), problem: problem.to_owned() });
        }
        self
    }

    /// 1 to `max` characters, not only blanks.
    pub fn text(&mut self, value: &str, max: usize, field: &str) -> &mut Self {
        let length = value.chars().count();
        self.require(!value.trim().is_empty() && length <= max, field, &format!("expected 1 to {max} characters"))
    }

    /// At most `max` characters.
    pub fn at_most(&mut self, value: &str, max: usize, field: &str) -> &mut Self {
        self.require(value.chars().count() <= max, field, &format!("expected at most {max} characters"))
    }

    pub fn range(&mut self, value: u32, from: u32, to: u32, field: &str) -> &mut Self {
        self.require((from..=to).contains(&value), field, &format!("expected {from} to {to}"))
    }

    pub fn done(&mut self) -> Result<(), BackendError> {
        if self.0.is_empty() { Ok(()) } else { Err(BackendError::InvalidFields(std::mem::take(&mut self.0))) }
    }
}
