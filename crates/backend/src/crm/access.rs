//! How a CRM is reached.

use domain::pii::Personal;
use providers::{
    crm::{Credentials, CrmClient, CrmError},
    outside::{Reach, TargetError, target},
};
use storage::settings::Secrets;
use wire::crm::{CrmAuth, CrmFailureCode};

use super::state::{SECRET, Settings};
use crate::Backend;

/// Why a CRM cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum AccessError {
    #[error("{0}")]
    Target(#[from] TargetError),
    #[error("{0}")]
    Crm(#[from] CrmError),
}

impl Backend {
    /// Where addresses may lead that an admin enters.
    pub(crate) fn reach(&self) -> Reach {
        Reach { private: self.options().private_targets }
    }

    /// The address is judged again each time: the server's configuration may have changed.
    pub(super) fn crm_client(&self, settings: &Settings, secrets: &Secrets) -> Result<CrmClient, AccessError> {
        let base = target(&settings.base_url, self.reach())?;
        let secret = secrets.get(SECRET).cloned().unwrap_or_else(|| Personal::new(String::new()));
        let credentials = match settings.auth {
            CrmAuth::Bearer => Credentials::Bearer(secret),
            CrmAuth::Basic => Credentials::Basic { user: settings.user.clone(), password: secret },
        };
        Ok(CrmClient::new(base, settings.api.clone(), credentials, self.reach())?)
    }
}

impl AccessError {
    pub fn code(&self) -> CrmFailureCode {
        match self {
            Self::Target(_) => CrmFailureCode::Address,
            Self::Crm(error) => code_of(error),
        }
    }
}

pub(super) const fn code_of(error: &CrmError) -> CrmFailureCode {
    match error {
        CrmError::Unreachable(_) | CrmError::BrokenOff(_) | CrmError::OutcomeUnknown(_) => CrmFailureCode::Unreachable,
        CrmError::Unauthorised(_) => CrmFailureCode::Unauthorised,
        CrmError::Busy { .. } => CrmFailureCode::Busy,
        CrmError::Broken { .. } => CrmFailureCode::Broken,
        CrmError::NotFound(_) => CrmFailureCode::NotFound,
        CrmError::Refused(_) => CrmFailureCode::Refused,
        CrmError::Unreadable => CrmFailureCode::Unreadable,
        CrmError::Client(_) => CrmFailureCode::Here,
    }
}
