//! Trunks and telephones as admins set them up.

use std::{collections::BTreeSet, time::Instant};

use ::sip::{
    sdp::Codec,
    target::{Target, Transport, is_user},
};
use domain::{
    ids::{ExtensionId, TrunkId},
    phone_number::E164,
    pii::Personal,
    trunk::CallerId,
};
use storage::{TenantScope, settings::Secrets};
use wire::{
    config::TestResult,
    sip::{
        Extension, ExtensionInput, SipSettings, SipSettingsInput, TestTrunk, Trunk, TrunkInput, TrunkKind,
        TrunkSettings,
    },
};

use super::directory::{ExtensionRow, SipRow, TrunkRow};
use crate::{
    Actor, Backend, clock,
    error::{BackendError, FieldChecks},
    settings::test_result,
};

/// Name of the settings row.
const SETTINGS: &str = "sip";
const MOST_TRUNKS: usize = 20;
const MOST_EXTENSIONS: usize = 500;
/// A telephone's password is guessed at by the whole internet.
const SHORTEST_PASSWORD: usize = 10;

/// Settings on their way in, beside what is stored.
struct Incoming {
    checks: FieldChecks,
    old: SipRow,
    old_secrets: Secrets,
    /// What is stored from now on.
    secrets: Secrets,
}

impl Incoming {
    /// The password that was sent, else the stored one as long as it goes to the `same` place.
    fn password(&self, sent: Option<&Personal<String>>, id: &str, same: bool) -> Option<Personal<String>> {
        given(sent).or_else(|| self.old_secrets.get(id).filter(|_| same)).cloned()
    }

    fn keep(&mut self, id: String, password: Option<Personal<String>>) {
        self.secrets.extend(password.map(|password| (id, password)));
    }
}

fn given(password: Option<&Personal<String>>) -> Option<&Personal<String>> {
    password.filter(|password| !password.reveal().is_empty())
}

fn check_trunk(checks: &mut FieldChecks, at: &str, trunk: &TrunkSettings, has_password: bool) {
    let field = |name: &str| format!("{at}.{name}");
    checks.text(&trunk.name, 60, &field("name"));
    let transport = Transport::parse(&trunk.transport);
    checks.require(transport.is_some(), &field("transport"), "expected udp, tcp or tls");
    let transport = transport.unwrap_or_default();
    let host = "expected a host such as sip.carrier.example, or host:port";
    checks.require(Target::parse(&trunk.host, transport).is_some(), &field("host"), host);
    let proxy = trunk.proxy.is_empty() || Target::parse(&trunk.proxy, transport).is_some();
    checks.require(proxy, &field("proxy"), "expected a host, host:port, or nothing");
    let registers = trunk.kind == TrunkKind::Register;
    checks.require(
        !registers || is_user(&trunk.username),
        &field("username"),
        "expected the user name to register with",
    );
    checks.require(!registers || has_password, &field("password"), "expected the password to register with");
    checks.at_most(&trunk.username, 64, &field("username")).at_most(&trunk.auth_name, 64, &field("auth_name"));
    let peers = trunk.peers.len() <= 50 && trunk.peers.iter().all(|peer| peer.parse::<std::net::IpAddr>().is_ok());
    checks.require(peers, &field("peers"), "expected at most 50 addresses such as 203.0.113.7");
    let codecs: BTreeSet<&str> = trunk.codecs.iter().map(String::as_str).collect();
    let known = codecs.len() == trunk.codecs.len() && trunk.codecs.iter().all(|codec| Codec::parse(codec).is_some());
    checks.require(known && !codecs.is_empty(), &field("codecs"), "expected one or more of opus, g722, pcma, pcmu");
    let country = trunk.country.len() == 2 && trunk.country.bytes().all(|byte| byte.is_ascii_uppercase());
    checks.require(country, &field("country"), "expected a two-letter country code such as IN");
    let digits = |text: &str, most: usize| {
        text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit() || b"*#".contains(&byte))
    };
    checks.require(digits(&trunk.prefix, 8), &field("prefix"), "expected at most 8 of 0-9 * #");
    if let CallerId::Always { number } = &trunk.caller_id {
        let fits = E164::from_carrier(number).is_ok();
        checks.require(fits, &field("caller_id.number"), "expected a number such as +918000000001");
    }
    let keep_alive = trunk.keep_alive_s == 0 || (10..=3_600).contains(&trunk.keep_alive_s);
    checks.require(keep_alive, &field("keep_alive_s"), "expected 10 to 3600 seconds, or 0 for never");
    let prefixes = trunk.limits.prefixes.len() <= 300
        && trunk
            .limits
            .prefixes
            .iter()
            .all(|prefix| (1..=10).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_digit()));
    checks.require(prefixes, &field("limits.prefixes"), "expected beginnings of numbers without +, such as 91");
    let charged = trunk.limits.daily_spend == 0 || trunk.limits.per_minute > 0;
    checks.require(charged, &field("limits.per_minute"), "expected what a minute costs, to keep the daily limit");
}

fn trunk_row(incoming: &mut Incoming, at: usize, input: TrunkInput) -> TrunkRow {
    let before = input.id.and_then(|id| incoming.old.trunks.iter().find(|one| one.id == id));
    let id = before.map_or_else(|| TrunkId::new(clock::new_uuid()), |before| before.id);
    let mut settings = input.settings;
    settings.name = settings.name.trim().to_owned();
    settings.host = settings.host.trim().to_owned();
    settings.proxy = settings.proxy.trim().to_owned();
    // A password is sent to the host that it was entered for, and to no other.
    let same = before.is_some_and(|before| {
        before.settings.host == settings.host
            && before.settings.proxy == settings.proxy
            && before.settings.username == settings.username
    });
    let password = incoming.password(input.password.as_ref(), &id.to_string(), same);
    check_trunk(&mut incoming.checks, &format!("trunks[{at}]"), &settings, password.is_some());
    incoming.keep(id.to_string(), password);
    TrunkRow { id, settings }
}

impl Backend {
    pub(super) async fn sip_row(&self, scope: TenantScope) -> Result<(SipRow, Secrets), BackendError> {
        self.setting::<SipRow>(scope, SETTINGS).await
    }

    pub async fn sip_settings(&self, actor: &Actor) -> Result<SipSettings, BackendError> {
        actor.must_configure()?;
        let (row, secrets) = self.sip_row(actor.scope).await?;
        Ok(self.sip_shown(row, &secrets).await)
    }

    async fn sip_shown(&self, row: SipRow, secrets: &Secrets) -> SipSettings {
        let now = clock::now();
        let directory = self.sip().directory();
        let has = |id: String| secrets.get(&id).is_some_and(|secret| !secret.reveal().is_empty());
        let trunk = |one: TrunkRow| Trunk {
            has_password: has(one.id.to_string()),
            state: directory.trunk(one.id).map(|trunk| self.sip().state(trunk, now)).unwrap_or_default(),
            id: one.id,
            settings: one.settings,
        };
        let extension = |one: ExtensionRow| {
            let place = self.sip().place_of(one.id, now);
            Extension {
                has_password: has(one.id.to_string()),
                registered_from: place.as_ref().map(|place| place.source.ip().to_string()),
                expires_at_ms: place.as_ref().map(|place| place.until),
                user_agent: place.map(|place| place.user_agent),
                id: one.id,
                username: one.username,
                user_id: one.user_id,
            }
        };
        let listens = self.sip().endpoint().map_or_else(
            |_| Vec::new(),
            |endpoint| endpoint.listens().iter().map(|(kind, at)| format!("{} {at}", kind.as_str())).collect(),
        );
        SipSettings {
            trunks: row.trunks.into_iter().map(trunk).collect(),
            extensions: row.extensions.into_iter().map(extension).collect(),
            listens,
            problem: self.sip().problem().await,
        }
    }

    pub async fn update_sip_settings(
        &self,
        actor: &Actor,
        body: SipSettingsInput,
    ) -> Result<SipSettings, BackendError> {
        actor.must_configure()?;
        let (old, old_secrets) = self.sip_row(actor.scope).await?;
        let mut incoming = Incoming { checks: FieldChecks::default(), old, old_secrets, secrets: Secrets::new() };
        let checks = &mut incoming.checks;
        checks.require(body.trunks.len() <= MOST_TRUNKS, "trunks", "expected at most 20");
        checks.require(body.extensions.len() <= MOST_EXTENSIONS, "extensions", "expected at most 500");
        let mut row = SipRow::default();
        for (at, input) in body.trunks.into_iter().enumerate() {
            row.trunks.push(trunk_row(&mut incoming, at, input));
        }
        for (at, input) in body.extensions.into_iter().enumerate() {
            let one = self.extension_row(actor, &mut incoming, at, input).await?;
            row.extensions.push(one);
        }
        let Incoming { mut checks, old, secrets, .. } = incoming;
        let names: BTreeSet<&String> = row.extensions.iter().map(|one| &one.username).collect();
        checks.require(
            names.len() == row.extensions.len(),
            "extensions",
            "expected a name of its own for each telephone",
        );
        checks.done()?;
        for gone in old.extensions.iter().filter(|one| row.extensions.iter().all(|new| new.id != one.id)) {
            self.sip().forget_place(gone.id);
        }
        self.put_setting(actor, SETTINGS, &row, &secrets, None).await?;
        self.forget_carrier(actor.tenant);
        self.read_sip().await?;
        Ok(self.sip_shown(row, &secrets).await)
    }

    async fn extension_row(
        &self,
        actor: &Actor,
        incoming: &mut Incoming,
        at: usize,
        input: ExtensionInput,
    ) -> Result<ExtensionRow, BackendError> {
        let field = |name: &str| format!("extensions[{at}].{name}");
        let before = input.id.and_then(|id| incoming.old.extensions.iter().find(|one| one.id == id));
        let id = before.map_or_else(|| ExtensionId::new(clock::new_uuid()), |before| before.id);
        let username = input.username.trim().to_owned();
        let same = before.is_some_and(|before| before.username == username);
        let password = incoming.password(input.password.as_ref(), &id.to_string(), same);
        let checks = &mut incoming.checks;
        checks.require(is_user(&username), &field("username"), "expected letters and digits, such as 101");
        let taken = self.sip().directory().extensions.get(&username).is_some_and(|other| other.tenant != actor.tenant);
        checks.require(!taken, &field("username"), "this name is taken on this server; choose another");
        self.user_of(actor, input.user_id).await?;
        let fits = password.as_ref().is_some_and(|password| password.reveal().chars().count() >= SHORTEST_PASSWORD);
        checks.require(fits, &field("password"), "expected a password of at least 10 characters");
        incoming.keep(id.to_string(), password);
        Ok(ExtensionRow { id, username, user_id: input.user_id })
    }

    /// Asks a trunk whether it is there, and registers with it if that is how it knows us.
    pub async fn test_trunk(&self, actor: &Actor, body: TestTrunk) -> Result<TestResult, BackendError> {
        actor.must_configure()?;
        let directory = self.sip().directory();
        let trunk = directory.trunk(body.trunk_id).filter(|trunk| trunk.tenant == actor.tenant);
        let trunk = trunk.ok_or_else(|| BackendError::field("trunk_id", "expected a trunk of this organisation"))?;
        let began = Instant::now();
        let result = match self.sip().endpoint() {
            Err(error) => Err(error.to_string()),
            Ok(endpoint) => {
                let target = trunk.first_hop();
                match (endpoint.ping(target).await, self.sip().state(trunk, clock::now()).registered) {
                    (Err(error), _) => Err(format!("{target} does not answer: {error}")),
                    (Ok(_), Some(false)) => {
                        let problem = self.sip().state(trunk, clock::now()).problem.unwrap_or_default();
                        Err(format!("{target} answers, but we are not registered: {problem}"))
                    }
                    (Ok((_, took)), registered) => {
                        let registered = if registered == Some(true) { ", and we are registered there" } else { "" };
                        Ok(format!("{target} answers within {} ms{registered}.", took.as_millis()))
                    }
                }
            }
        };
        Ok(test_result(began, result))
    }
}
