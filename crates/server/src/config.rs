//! Configuration: defaults, then one TOML file, then `SWITCHBOARD_*` variables, then flags. Parsed once at start.
//!
//! `switchboard.example.toml` at the top of the repository documents every key; a test keeps the two in step.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use backend::{RelayAccess, RelayOptions, SipOptions};
use domain::pii::Personal;
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder for the database, recordings in progress, local recordings and the keys file.
    pub data_dir: PathBuf,
    /// `sqlite:<file>` or `postgres://user@host/database`; empty for `switchboard.db` in the data folder.
    pub database: String,
    /// Address of the HTTP server. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Address under which carriers and browsers outside reach this server; empty for the listening address.
    pub public_url: String,
    /// Proxies in front of this server: they say in `X-Forwarded-For` who asks. Without them everybody behind a proxy
    /// shares one address, and its limit of tries to sign in.
    pub trusted_proxies: Vec<IpAddr>,
    /// Addresses that admins enter (a CRM, the organisation's own program) may lead to this computer and its network.
    pub private_targets: bool,
    /// Folder with the built UI; empty serves the API alone.
    pub ui_dir: PathBuf,
    pub media: MediaConfig,
    pub sip: SipConfig,
    pub log: LogConfig,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaConfig {
    /// The one UDP port for the sound of all devices.
    pub udp: SocketAddr,
    /// Addresses to name to devices; empty for those of this machine's interfaces.
    pub advertise: Vec<IpAddr>,
    pub turn: TurnConfig,
}

/// Relays for devices that cannot reach the UDP port directly (TURN, RFC 8656).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TurnConfig {
    /// Such as `turn:relay.example.org:3478?transport=udp`; empty: none.
    pub urls: Vec<String>,
    /// The relay's shared secret (coturn: `static-auth-secret`): each device gets credentials that run out.
    pub secret: Personal<String>,
    /// Seconds that such credentials work.
    pub life_s: u32,
    /// Instead of a secret: one user for everybody.
    pub username: String,
    pub password: Personal<String>,
    /// Devices use nothing but the relays.
    pub only: bool,
}

impl Default for TurnConfig {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            secret: Personal::default(),
            life_s: 86_400,
            username: String::new(),
            password: Personal::default(),
            only: false,
        }
    }
}

impl TurnConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let fixed = !self.username.is_empty() && !self.password.reveal().is_empty();
        if self.urls.is_empty() || fixed || !self.secret.reveal().is_empty() {
            return Ok(());
        }
        Err(ConfigError::RelayAccess)
    }

    /// What devices are told; none when no relay is set up.
    pub fn relays(&self) -> Option<RelayOptions> {
        if self.urls.is_empty() {
            return None;
        }
        let access = if self.secret.reveal().is_empty() {
            RelayAccess::Fixed { username: self.username.clone(), password: self.password.clone() }
        } else {
            RelayAccess::Secret { secret: self.secret.clone(), life_s: self.life_s }
        };
        Some(RelayOptions { urls: self.urls.clone(), access, only: self.only })
    }
}

/// Where SIP is spoken, from the first trunk or telephone on that somebody sets up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SipConfig {
    pub udp: Vec<SocketAddr>,
    pub tcp: Vec<SocketAddr>,
    /// Needs `certificate` and `key`.
    pub tls: Vec<SocketAddr>,
    /// PEM files; empty: no TLS.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// PEM file of those who are believed when we call by TLS; empty: whom the system trusts.
    pub trusted: PathBuf,
    /// Address to name to carriers, of a server behind NAT.
    pub advertise: Option<IpAddr>,
    /// Asked where the servers of a trunk's domain are; empty: those of the system.
    pub name_servers: Vec<SocketAddr>,
    /// UDP ports for the sound of calls by SIP, two a call.
    pub first_port: u16,
    pub last_port: u16,
    /// Telephones are asked to sign in by SHA-256 or MD5, and not by MD5 alone: some give up at what they do not know.
    pub digest_sha256: bool,
}

impl Default for SipConfig {
    fn default() -> Self {
        Self {
            udp: vec![SocketAddr::from(([0, 0, 0, 0], 5060))],
            tcp: vec![SocketAddr::from(([0, 0, 0, 0], 5060))],
            tls: Vec::new(),
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            trusted: PathBuf::new(),
            advertise: None,
            name_servers: Vec::new(),
            first_port: 16_384,
            last_port: 32_766,
            digest_sha256: false,
        }
    }
}

impl SipConfig {
    pub fn options(&self) -> SipOptions {
        let file = |path: &PathBuf| Some(path.clone()).filter(|path| !path.as_os_str().is_empty());
        SipOptions {
            udp: self.udp.clone(),
            tcp: self.tcp.clone(),
            tls: self.tls.clone(),
            certificate: file(&self.certificate).zip(file(&self.key)),
            trusted: file(&self.trusted),
            advertised: self.advertise,
            name_servers: self.name_servers.clone(),
            ports: Some(self.first_port..=self.last_port),
            digest_sha256: self.digest_sha256,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `tracing` filter, such as `info,backend=debug`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            database: String::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8470)),
            public_url: String::new(),
            trusted_proxies: Vec::new(),
            private_targets: false,
            ui_dir: PathBuf::new(),
            media: MediaConfig::default(),
            sip: SipConfig::default(),
            log: LogConfig::default(),
        }
    }
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self { udp: SocketAddr::from(([0, 0, 0, 0], 8471)), advertise: Vec::new(), turn: TurnConfig::default() }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".into(), json: false }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {path}: {error}", path = .path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{path} is not a configuration: {error}", path = .path.display())]
    Malformed { path: PathBuf, error: String },
    #[error("media.turn names relays and not how to use them: give a secret, or a username and a password")]
    RelayAccess,
    #[error("{name}={value:?} cannot be used: expected {expected}")]
    Variable { name: &'static str, value: String, expected: &'static str },
}

impl Config {
    /// `file` has to exist when it is named. `variables` is the environment.
    pub fn load(file: Option<&Path>, variables: &HashMap<String, String>) -> Result<Self, ConfigError> {
        let mut config = match file {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| ConfigError::Unreadable { path: path.to_owned(), error })?;
                toml::from_str(&text)
                    .map_err(|error| ConfigError::Malformed { path: path.to_owned(), error: error.to_string() })?
            }
        };
        config.apply(variables)?;
        config.media.turn.check()?;
        Ok(config)
    }

    fn apply(&mut self, variables: &HashMap<String, String>) -> Result<(), ConfigError> {
        let text = |name: &str| variables.get(name).cloned();
        if let Some(value) = text("SWITCHBOARD_DATA_DIR") {
            self.data_dir = value.into();
        }
        if let Some(value) = text("SWITCHBOARD_DATABASE") {
            self.database = value;
        }
        if let Some(value) = text("SWITCHBOARD_PUBLIC_URL") {
            self.public_url = value;
        }
        if let Some(value) = text("SWITCHBOARD_UI_DIR") {
            self.ui_dir = value.into();
        }
        if let Some(value) = text("SWITCHBOARD_LOG") {
            self.log.filter = value;
        }
        const ADDRESS: &str = "an address with a port, such as 127.0.0.1:8470";
        if let Some(value) = text("SWITCHBOARD_LISTEN") {
            self.listen = parse("SWITCHBOARD_LISTEN", value, ADDRESS)?;
        }
        if let Some(value) = text("SWITCHBOARD_MEDIA_UDP") {
            self.media.udp = parse("SWITCHBOARD_MEDIA_UDP", value, ADDRESS)?;
        }
        if let Some(value) = text("SWITCHBOARD_MEDIA_ADVERTISE") {
            self.media.advertise = addresses("SWITCHBOARD_MEDIA_ADVERTISE", &value)?;
        }
        for (name, place) in [
            ("SWITCHBOARD_SIP_UDP", &mut self.sip.udp),
            ("SWITCHBOARD_SIP_TCP", &mut self.sip.tcp),
            ("SWITCHBOARD_SIP_TLS", &mut self.sip.tls),
        ] {
            if let Some(value) = text(name) {
                let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
                *place = parts.map(|part| parse(name, part.to_owned(), ADDRESS)).collect::<Result<_, _>>()?;
            }
        }
        if let Some(value) = text("SWITCHBOARD_TRUSTED_PROXIES") {
            self.trusted_proxies = addresses("SWITCHBOARD_TRUSTED_PROXIES", &value)?;
        }
        if let Some(value) = text("SWITCHBOARD_PRIVATE_TARGETS") {
            self.private_targets = parse("SWITCHBOARD_PRIVATE_TARGETS", value, "true or false")?;
        }
        if let Some(value) = text("SWITCHBOARD_MEDIA_TURN_URLS") {
            let urls = value.split(',').map(str::trim).filter(|url| !url.is_empty());
            self.media.turn.urls = urls.map(str::to_owned).collect();
        }
        if let Some(value) = text("SWITCHBOARD_MEDIA_TURN_SECRET") {
            self.media.turn.secret = Personal::new(value);
        }
        Ok(())
    }

    /// The database address with its default filled in.
    pub fn database_url(&self) -> String {
        if self.database.is_empty() {
            format!("sqlite:{}", self.data_dir.join("switchboard.db").display())
        } else {
            self.database.clone()
        }
    }
}

fn addresses(name: &'static str, value: &str) -> Result<Vec<IpAddr>, ConfigError> {
    let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| parse(name, part.to_owned(), "IP addresses parted by commas")).collect()
}

fn parse<T: std::str::FromStr>(name: &'static str, value: String, expected: &'static str) -> Result<T, ConfigError> {
    value.parse().map_err(|_| ConfigError::Variable { name, value, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_example_file_holds_the_defaults() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../switchboard.example.toml");
        assert_eq!(Config::load(Some(&path), &HashMap::new()).unwrap(), Config::default());
    }

    #[test]
    fn a_variable_wins_over_the_default() {
        let config = Config::load(
            None,
            &variables(&[
                ("SWITCHBOARD_LISTEN", "[::1]:0"),
                ("SWITCHBOARD_MEDIA_ADVERTISE", "127.0.0.1, ::1"),
                ("SWITCHBOARD_PRIVATE_TARGETS", "true"),
            ]),
        )
        .unwrap();
        assert_eq!(config.listen.to_string(), "[::1]:0");
        assert_eq!(config.media.advertise.len(), 2);
        assert!(config.private_targets && !Config::default().private_targets);
    }

    #[test]
    fn a_relay_has_a_secret_or_one_user_and_neither_is_printed() {
        let given = [
            ("SWITCHBOARD_MEDIA_TURN_URLS", "turn:a.example:3478, turn:b.example:3478"),
            ("SWITCHBOARD_MEDIA_TURN_SECRET", "north"),
        ];
        let turn = Config::load(None, &variables(&given)).unwrap().media.turn;
        assert!(!format!("{turn:?}").contains("north"), "{turn:?}");
        let relays = turn.relays().unwrap();
        assert_eq!(relays.urls.len(), 2);
        assert!(matches!(relays.access, RelayAccess::Secret { life_s: 86_400, .. }));
        let fixed = TurnConfig { secret: Personal::default(), username: "office".to_owned(), ..turn };
        assert!(matches!(fixed.relays().unwrap().access, RelayAccess::Fixed { .. }));
        assert_eq!(TurnConfig::default().relays(), None);
        let nameless = Config::load(None, &variables(&given[..1])).unwrap_err().to_string();
        assert!(nameless.contains("media.turn") && nameless.contains("secret"), "{nameless}");
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named() {
        let error = Config::load(None, &variables(&[("SWITCHBOARD_LISTEN", "here")])).unwrap_err().to_string();
        assert!(error.contains("SWITCHBOARD_LISTEN=\"here\"") && error.contains("127.0.0.1:8470"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.toml");
        std::fs::write(&file, "lissten = 1").unwrap();
        assert!(Config::load(Some(&file), &HashMap::new()).unwrap_err().to_string().contains("lissten"));
    }
}
