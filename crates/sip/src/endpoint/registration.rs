//! Our own registrations with others.

use rsipstack::{
    dialog::registration::Registration,
    sip::{HeadersExt, StatusCodeKind, typed::Contact},
};

use super::{Account, Endpoint, Registered, SipFault, convert};
use crate::target::Target;

/// The longest that a registrar may ask for.
const MOST_S: u32 = 86_400;

/// A registration that is kept up by whoever holds it.
pub struct Enrolment {
    registration: Registration,
    registrar: rsipstack::sip::Uri,
}

impl Endpoint {
    /// Prepares to register `account` at `registrar` (a domain or address), through `proxy` if there is one. Of several servers of
    /// the first of these, each further of the `tried` times goes to the next.
    ///
    /// # Errors
    /// [`SipFault::BadAddress`], [`SipFault::Unreachable`] when the proxy's name is not known.
    pub async fn enrol(
        &self,
        account: &Account,
        registrar: &Target,
        proxy: Option<&Target>,
        tried: usize,
    ) -> Result<Enrolment, SipFault> {
        let by = match registrar.transport {
            crate::target::Transport::Udp => String::new(),
            other => format!(";transport={}", other.as_str()),
        };
        let uri = convert::uri(&format!("sip:{registrar}{by}"))?;
        let mut registration =
            Registration::new(std::sync::Arc::clone(&self.0.layer.endpoint), Some(convert::credential(account)));
        let first_hop = proxy.unwrap_or(registrar);
        let places = self.locate(first_hop).await?;
        let towards = places[tried % places.len()];
        if proxy.is_some() || (first_hop.by_name && first_hop.transport != crate::target::Transport::Tls) {
            registration.outbound_proxy = Some(towards);
        }
        registration.contact = Some(Contact {
            display_name: None,
            uri: self.contact(&account.username, registrar.transport, Some(towards)),
            params: vec![],
        });
        Ok(Enrolment { registration, registrar: uri })
    }
}

impl Enrolment {
    /// Registers for so many seconds, or for the least that the registrar takes; takes it back with 0.
    pub async fn register(&mut self, seconds: u32) -> Registered {
        let mut asked = seconds;
        loop {
            let response = match self.registration.register(self.registrar.clone(), Some(asked)).await {
                Ok(response) => response,
                Err(error) => return Registered::Unreachable { reason: error.to_string() },
            };
            if response.status_code.kind() == StatusCodeKind::Successful {
                let granted = self.registration.granted_expires.filter(|granted| *granted > 0);
                return Registered::Yes { seconds: granted.unwrap_or(asked) };
            }
            let status = response.status_code.code();
            // RFC 3261 section 10.2.8.
            let least = response.header_value("Min-Expires").and_then(|text| text.trim().parse().ok());
            match least.filter(|least| status == 423 && asked == seconds && (seconds + 1..=MOST_S).contains(least)) {
                Some(least) => asked = least,
                None => return Registered::Refused { status },
            }
        }
    }
}
