//! Telephones that register as agents' devices.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::Mutex,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use ::sip::{
    Admitted, Denied, Identity, Register,
    digest::{Algorithm, Challenger, Credentials, DigestError},
    target::Transport,
};
use domain::{ids::ExtensionId, time::UnixMillis, trunk::Verdict};

use super::{directory::Extension, locked};
use crate::{Backend, clock};

/// What telephones are asked to sign in to.
const REALM: &str = "switchboard";
/// A registration lasts between the two.
const SHORTEST_S: u32 = 60;
const LONGEST_S: u32 = 3_600;
/// Behind address translation the way back closes soon: such telephones come more often.
const BEHIND_NAT_S: u32 = 120;

/// Where a telephone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// As the telephone says.
    pub contact: String,
    /// Where its datagrams really come from.
    pub source: SocketAddr,
    pub transport: Transport,
    pub until: UnixMillis,
    pub user_agent: String,
}

pub(super) struct Registrar {
    challenger: Challenger,
    places: HashMap<ExtensionId, Place>,
}

impl Registrar {
    /// `sha256`: telephones are asked to sign in by SHA-256 or MD5, and not by MD5 alone.
    pub(super) fn new(sha256: bool) -> Self {
        use rand::RngExt;
        let offered: &[Algorithm] = if sha256 { &Algorithm::ALL } else { &Algorithm::BASIC };
        Self { challenger: Challenger::new(REALM, rand::rng().random(), offered), places: HashMap::new() }
    }
}

/// Shared with those who ask.
pub(super) type Shared = Mutex<Registrar>;

/// Whole seconds, for nonces.
fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

const REFUSED: Denied = Denied::Refused { status: 403, retry_after_s: None };

impl super::SipService {
    /// Whether somebody is the telephone that they say. Unknown names are asked for a password as known ones are: nothing tells
    /// which there are.
    fn sign_in(&self, source: SocketAddr, credentials: Option<&str>, method: &str) -> Result<Extension, Denied> {
        let (now, random) = (clock::now(), clock::new_uuid().as_u128() as u64);
        let mut registrar = locked(&self.0.registrar);
        let ask = |registrar: &Registrar, stale| {
            Err(Denied::Challenge(registrar.challenger.challenge(now_s(), random, stale)))
        };
        let Some(given) = credentials.map(Credentials::parse) else { return ask(&registrar, false) };
        let Ok(given) = given else { return Err(Denied::Refused { status: 400, retry_after_s: None }) };
        let mut lockout = locked(&self.0.lockout);
        if let Verdict::Locked { left } = lockout.verdict(source.ip(), &given.username, now) {
            return Err(Denied::Refused { status: 403, retry_after_s: u32::try_from(left.as_secs() + 1).ok() });
        }
        let extension = self.directory().extensions.get(&given.username).cloned();
        let password = extension.as_ref().map(|one| one.password.reveal().clone()).unwrap_or_default();
        let checked = registrar.challenger.check(&given, &password, method, now_s());
        match (checked, extension.filter(|_| !password.is_empty())) {
            (Ok(()), Some(extension)) => {
                lockout.succeeded(source.ip(), &given.username);
                Ok(extension)
            }
            (Err(DigestError::Stale), Some(_)) => ask(&registrar, true),
            (Ok(()) | Err(_), _) => {
                if lockout.failed(source.ip(), &given.username, now) {
                    tracing::warn!(source = %source.ip(), "a SIP telephone is locked out: too many wrong passwords");
                }
                Err(REFUSED)
            }
        }
    }

    /// The telephone that wants to call: registered now, and at the address from which it asks. Where a trunk is at that address
    /// too, at the same port.
    fn telephone_at(&self, identity: &Identity) -> Option<Extension> {
        let directory = self.directory();
        let extension = directory.extensions.get(identity.from_user.reveal())?;
        let place = self.place_of(extension.id, clock::now())?;
        let here = place.source.ip() == identity.source.ip();
        let alone = directory.trunks_at(identity.source).is_empty();
        (here && (alone || place.source == identity.source)).then(|| extension.clone())
    }

    /// Whether a call may come in. Telephones prove their name; of all others the address counts, and with a trunk at it we have an
    /// account.
    pub(super) fn admit(&self, identity: &Identity) -> Result<Admitted, Denied> {
        let Some(extension) = self.telephone_at(identity) else {
            let directory = self.directory();
            let account = directory.trunks_at(identity.source).into_iter().find_map(|trunk| trunk.account.clone());
            return Ok(Admitted { proven: None, account });
        };
        let signed = self.sign_in(identity.source, identity.credentials.as_deref(), "INVITE")?;
        if signed.id == extension.id {
            Ok(Admitted { proven: Some(signed.username), account: None })
        } else {
            Err(REFUSED)
        }
    }

    /// Where a telephone is registered now.
    pub(super) fn place_of(&self, extension: ExtensionId, now: UnixMillis) -> Option<Place> {
        locked(&self.0.registrar).places.get(&extension).filter(|place| now < place.until).cloned()
    }

    pub(super) fn forget_place(&self, extension: ExtensionId) {
        locked(&self.0.registrar).places.remove(&extension);
    }
}

/// How long a registration is to last.
fn life(asked: u32, register: &Register) -> u32 {
    let source = register.identity.source.ip().to_string();
    let behind_nat = register.contacts.first().is_some_and(|(contact, _)| !contact.contains(&source));
    let most = if behind_nat { BEHIND_NAT_S } else { LONGEST_S };
    asked.clamp(SHORTEST_S, most.max(SHORTEST_S))
}

impl Backend {
    pub(super) async fn sip_register(&self, register: Register) {
        let answer = self.register_answer(&register);
        // The telephone has given up waiting when this fails.
        drop(register.reply.send(answer));
    }

    fn register_answer(&self, register: &Register) -> Result<Vec<(String, u32)>, Denied> {
        let identity = &register.identity;
        let extension = self.sip().sign_in(identity.source, identity.credentials.as_deref(), "REGISTER")?;
        if extension.username != register.user {
            return Err(REFUSED);
        }
        let now = clock::now();
        let gone = register.clear || register.contacts.iter().any(|(_, life)| *life == 0);
        if let Some((contact, asked)) = register.contacts.iter().find(|(_, life)| *life > 0) {
            let seconds = life(*asked, register);
            let place = Place {
                contact: contact.clone(),
                source: identity.source,
                transport: identity.transport,
                until: now.plus(Duration::from_secs(seconds.into())),
                user_agent: register.user_agent.clone(),
            };
            locked(&self.sip().0.registrar).places.insert(extension.id, place);
        } else if gone {
            self.sip().forget_place(extension.id);
        }
        self.phone_moved(&extension);
        let shown = |place: super::registrar::Place| {
            let left = u32::try_from(place.until.since(now).as_secs()).unwrap_or(LONGEST_S);
            (place.contact, left)
        };
        Ok(self.sip().place_of(extension.id, now).map(shown).into_iter().collect())
    }
}
