//! Servers that pass UDP on for devices that cannot reach the bridge directly, and the credentials for them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{ids::UserId, pii::Personal, time::UnixMillis};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use wire::media::{RelayServer, RelayServers};

use crate::{Actor, Backend, clock, error::BackendError};

/// How a relay knows that a device may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayAccess {
    /// Credentials that run out, made from a secret that the relay has too: user name `expiry:user`, password the HMAC-SHA1
    /// of it (draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`).
    Secret { secret: Personal<String>, life_s: u32 },
    /// One user name and password for everybody.
    Fixed { username: String, password: Personal<String> },
}

/// The relays of this server's devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayOptions {
    /// RFC 7065; only UDP is used.
    pub urls: Vec<String>,
    pub access: RelayAccess,
    /// Devices are to use nothing else.
    pub only: bool,
}

impl Backend {
    /// Relays for the devices of a person who may have a media session, with credentials of their own where the relay
    /// knows our secret.
    pub fn relay_servers(&self, actor: &Actor) -> Result<RelayServers, BackendError> {
        if !actor.role.takes_calls() && !actor.role.supervises() {
            return Err(BackendError::NotAllowed);
        }
        Ok(match &self.options().relays {
            Some(options) => servers(options, actor.user, clock::now()),
            None => RelayServers { servers: Vec::new(), only: false, expires_in_s: None },
        })
    }
}

fn servers(options: &RelayOptions, user: UserId, now: UnixMillis) -> RelayServers {
    let (username, credential, expires_in_s) = match &options.access {
        RelayAccess::Secret { secret, life_s } => {
            let username = format!("{}:{user}", now.0 / 1_000 + i64::from(*life_s));
            let credential = Personal::new(password(secret.reveal(), &username));
            (username, credential, Some(*life_s))
        }
        RelayAccess::Fixed { username, password } => (username.clone(), password.clone(), None),
    };
    let server = RelayServer { urls: options.urls.clone(), username, credential };
    RelayServers { servers: vec![server], only: options.only, expires_in_s }
}

fn password(secret: &str, username: &str) -> String {
    // A key of any length will do (RFC 2104 section 2).
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(username.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn options(access: RelayAccess) -> RelayOptions {
        RelayOptions { urls: vec!["turn:relay.example:3478?transport=udp".to_owned()], access, only: false }
    }

    #[test]
    fn credentials_that_run_out_are_the_hmac_of_their_user_name() {
        // Made with: printf '1700003600:x' | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(password("north", "1700003600:x"), "hrmNbVmBuje1d3dFj2GEV3zcifM=");
        let access = RelayAccess::Secret { secret: Personal::new("north".to_owned()), life_s: 3_600 };
        let answer = servers(&options(access), UserId::new(Uuid::from_u128(7)), UnixMillis(1_700_000_000_500));
        let server = &answer.servers[0];
        assert_eq!(server.username, "1700003600:00000000-0000-0000-0000-000000000007");
        assert_eq!(*server.credential.reveal(), password("north", &server.username));
        assert_eq!(answer.expires_in_s, Some(3_600));
        let printed = format!(
            "{answer:?} {:?}",
            options(RelayAccess::Secret { secret: Personal::new("north".into()), life_s: 1 })
        );
        assert!(!printed.contains("north") && !printed.contains(server.credential.reveal()), "{printed}");
    }

    #[test]
    fn fixed_credentials_are_handed_on_as_they_are() {
        let access = RelayAccess::Fixed { username: "office".into(), password: Personal::new("p".into()) };
        let answer = servers(&options(access), UserId::new(Uuid::from_u128(7)), UnixMillis(0));
        assert_eq!((answer.servers[0].username.as_str(), answer.expires_in_s), ("office", None));
    }
}
