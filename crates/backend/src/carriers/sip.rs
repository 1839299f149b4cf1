//! A tenant's SIP trunks as a carrier account.

use std::sync::Arc;

use domain::ids::TenantId;

use super::{Account, TenantCarrier};
use crate::{
    Backend,
    error::BackendError,
    sip::{SIP, SipCarrier},
};

impl TenantCarrier {
    pub(crate) fn sip(backend: &Backend, tenant: TenantId) -> Result<Self, BackendError> {
        let service = backend.sip().clone();
        if !service.serves(tenant) {
            return Err(BackendError::NotConfigured("no SIP trunk is set up; add one in the settings"));
        }
        Ok(Self {
            tenant,
            provider: SIP,
            api: Arc::new(SipCarrier { service, tenant }),
            account: Account::Sip,
            public_url: backend.options().public_url.clone(),
            simulated: false,
        })
    }
}
