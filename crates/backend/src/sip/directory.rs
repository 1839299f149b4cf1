//! Trunks and telephones of all tenants, as the last reading of the settings has them.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
};

use ::sip::{
    Account, Endpoint,
    sdp::{Codec, Srtp},
    target::{Target, Transport},
};
use domain::{
    ids::{ExtensionId, TenantId, TrunkId, UserId},
    pii::Personal,
};
use serde::{Deserialize, Serialize};
use wire::sip::{TrunkKind, TrunkSettings};

/// As it is kept in the open part of the settings row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SipRow {
    pub trunks: Vec<TrunkRow>,
    pub extensions: Vec<ExtensionRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TrunkRow {
    pub id: TrunkId,
    pub settings: TrunkSettings,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ExtensionRow {
    pub id: ExtensionId,
    pub username: String,
    pub user_id: UserId,
}

/// A trunk, ready to use.
#[derive(Debug, Clone)]
pub(super) struct Trunk {
    pub tenant: TenantId,
    pub id: TrunkId,
    pub settings: TrunkSettings,
    pub host: Target,
    pub proxy: Option<Target>,
    pub account: Option<Account>,
    pub codecs: Vec<Codec>,
    /// Who may call from where: resolved addresses of the host, the proxy and the listed peers.
    pub addresses: Vec<IpAddr>,
}

impl Trunk {
    /// `None` when the settings do not read as they did when they were saved.
    pub(super) fn read(tenant: TenantId, row: &TrunkRow, password: Personal<String>) -> Option<Self> {
        let settings = row.settings.clone();
        let transport = Transport::parse(&settings.transport)?;
        let host = Target::parse(&settings.host, transport)?;
        let proxy = match settings.proxy.as_str() {
            "" => None,
            proxy => Some(Target::parse(proxy, transport)?),
        };
        let account = (!settings.username.is_empty()).then(|| Account {
            username: settings.username.clone(),
            auth_name: Some(settings.auth_name.clone()).filter(|name| !name.is_empty()),
            password,
        });
        let codecs = settings.codecs.iter().filter_map(|codec| Codec::parse(codec)).collect();
        let addresses = settings.peers.iter().filter_map(|peer| peer.parse().ok()).collect();
        Some(Self { tenant, id: row.id, host, proxy, account, codecs, addresses, settings })
    }

    pub(super) fn srtp(&self) -> Srtp {
        if self.settings.srtp { Srtp::Required } else { Srtp::Off }
    }

    pub(super) fn registers(&self) -> bool {
        self.settings.enabled && self.settings.kind == TrunkKind::Register
    }

    /// Where requests go first.
    pub(super) fn first_hop(&self) -> &Target {
        self.proxy.as_ref().unwrap_or(&self.host)
    }

    /// The domain of addresses at this trunk.
    pub(super) fn domain(&self) -> String {
        self.host.to_string()
    }

    /// Adds where host and proxy are now.
    pub(super) async fn resolve(&mut self, endpoint: &Endpoint) {
        for target in [Some(&self.host), self.proxy.as_ref()].into_iter().flatten() {
            match endpoint.locate(target).await {
                Ok(found) => self.addresses.extend(found.into_iter().map(|address| address.ip())),
                Err(error) => tracing::warn!(host = %target.host, %error, "a trunk's name is not known now"),
            }
        }
        self.addresses.sort_unstable();
        self.addresses.dedup();
    }
}

#[derive(Debug, Clone)]
pub(super) struct Extension {
    pub tenant: TenantId,
    pub id: ExtensionId,
    pub username: String,
    pub user: UserId,
    pub password: Personal<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Directory {
    pub trunks: Vec<Trunk>,
    pub extensions: HashMap<String, Extension>,
}

impl Directory {
    pub(super) fn is_empty(&self) -> bool {
        self.trunks.is_empty() && self.extensions.is_empty()
    }

    /// Trunks that a call from there may be of; the tenant is settled by the number that was dialed.
    pub(super) fn trunks_at(&self, source: SocketAddr) -> Vec<&Trunk> {
        let ip = source.ip().to_canonical();
        self.trunks.iter().filter(|trunk| trunk.settings.enabled && trunk.addresses.contains(&ip)).collect()
    }

    /// A tenant's trunks in the order in which they are tried.
    pub(super) fn trunks_of(&self, tenant: TenantId) -> Vec<Trunk> {
        let mut found: Vec<Trunk> =
            self.trunks.iter().filter(|trunk| trunk.tenant == tenant && trunk.settings.enabled).cloned().collect();
        found.sort_by_key(|trunk| (trunk.settings.priority, trunk.id));
        found
    }

    pub(super) fn trunk(&self, id: TrunkId) -> Option<&Trunk> {
        self.trunks.iter().find(|trunk| trunk.id == id)
    }
}
