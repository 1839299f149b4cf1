//! Digest authentication of those who call us or register with us (RFC 3261 section 22, RFC 8760): MD5 and SHA-256.
//!
//! A nonce says when it was made and is sealed, so that nothing has to be kept of it but how often it was used.

use std::collections::HashMap;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest as _, Md5};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A nonce is good for so many seconds.
const NONCE_LIFE_S: u64 = 300;
/// Nonces whose use is remembered; beyond it the oldest are forgotten, and their owners asked again.
const MOST_NONCES: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Sha256,
    Md5,
}

impl Algorithm {
    /// In the order in which they are offered: the first that the other side knows is taken.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Md5];
    /// What everybody knows. Many telephones give up at a challenge whose algorithm they do not know, though another is beside it.
    pub const BASIC: [Self; 1] = [Self::Md5];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    fn hash(self, text: &str) -> String {
        match self {
            Self::Sha256 => hex::encode(Sha256::digest(text)),
            Self::Md5 => hex::encode(Md5::digest(text)),
        }
    }
}

/// What somebody says to prove who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub username: String,
    pub realm: String,
    nonce: String,
    uri: String,
    response: String,
    algorithm: Algorithm,
    /// Count and client nonce.
    quality: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DigestError {
    #[error("the credentials cannot be read")]
    Malformed,
    /// Ask again, with `stale=true`: the password may be right.
    #[error("the nonce has run out or was used before")]
    Stale,
    #[error("name and password do not fit")]
    Wrong,
}

impl Credentials {
    /// Reads the value of an `Authorization` or `Proxy-Authorization` header.
    ///
    /// # Errors
    /// [`DigestError::Malformed`], also for an algorithm or a quality that we do not offer.
    pub fn parse(value: &str) -> Result<Self, DigestError> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace).ok_or(DigestError::Malformed)?;
        if !scheme.eq_ignore_ascii_case("digest") || rest.len() > 4_096 {
            return Err(DigestError::Malformed);
        }
        let fields = fields(rest);
        let field = |name: &str| fields.get(name).cloned().ok_or(DigestError::Malformed);
        let algorithm = match fields.get("algorithm") {
            None => Algorithm::Md5,
            Some(name) => Algorithm::ALL
                .into_iter()
                .find(|one| one.as_str().eq_ignore_ascii_case(name))
                .ok_or(DigestError::Malformed)?,
        };
        let quality = match fields.get("qop").map(String::as_str) {
            None => None,
            Some(name) if name.eq_ignore_ascii_case("auth") => Some((field("nc")?, field("cnonce")?)),
            Some(_) => return Err(DigestError::Malformed),
        };
        Ok(Self {
            username: field("username")?,
            realm: field("realm")?,
            nonce: field("nonce")?,
            uri: field("uri")?,
            response: field("response")?,
            algorithm,
            quality,
        })
    }

    /// Whether the answer was computed with this password (RFC 7616 section 3.4.1).
    fn fits(&self, password: &str, method: &str) -> bool {
        let hash = |text: String| self.algorithm.hash(&text);
        let secret = hash(format!("{}:{}:{password}", self.username, self.realm));
        let request = hash(format!("{method}:{}", self.uri));
        let expected = match &self.quality {
            Some((count, cnonce)) => hash(format!("{secret}:{}:{count}:{cnonce}:auth:{request}", self.nonce)),
            None => hash(format!("{secret}:{}:{request}", self.nonce)),
        };
        expected.as_bytes().ct_eq(self.response.to_ascii_lowercase().as_bytes()).into()
    }
}

/// `name=value` and `name="value"`, separated by commas; names in lower case.
fn fields(text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', '\t', ',', '\r', '\n']).to_ascii_lowercase();
        let (value, next) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let (value, next) = after.split_once(',').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            }
        };
        found.insert(name, value);
        rest = next;
    }
    found
}

fn unquote(text: &str) -> (String, &str) {
    let (mut value, mut escaped) = (String::new(), false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => return (value, &text[at + 1..]),
            '\\' if !escaped => escaped = true,
            other => {
                value.push(other);
                escaped = false;
            }
        }
    }
    (value, "")
}

/// Asks for credentials and checks them.
#[derive(Debug)]
pub struct Challenger {
    realm: String,
    key: [u8; 32],
    offered: &'static [Algorithm],
    /// The highest count that each nonce was used with.
    used: HashMap<String, (u64, u32)>,
}

impl Challenger {
    /// `key`: random, for the life of the process. `offered`: the best first.
    pub fn new(realm: &str, key: [u8; 32], offered: &'static [Algorithm]) -> Self {
        Self { realm: realm.to_owned(), key, offered, used: HashMap::new() }
    }

    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Values for as many `WWW-Authenticate` headers. `now_s`: seconds since any fixed point. `random`: new each time.
    pub fn challenge(&self, now_s: u64, random: u64, stale: bool) -> Vec<String> {
        let stale = if stale { ", stale=true" } else { "" };
        let value = |algorithm: &Algorithm| {
            format!(
                "Digest realm=\"{}\", nonce=\"{}\", algorithm={}, qop=\"auth\"{stale}",
                self.realm,
                self.nonce(now_s, random),
                algorithm.as_str(),
            )
        };
        self.offered.iter().map(value).collect()
    }

    fn nonce(&self, now_s: u64, random: u64) -> String {
        let open = format!("{now_s:x}.{random:x}");
        let seal = hex::encode(self.mac(&open));
        format!("{open}.{}", &seal[..32])
    }

    fn mac(&self, text: &str) -> Vec<u8> {
        match Hmac::<Sha256>::new_from_slice(&self.key) {
            Ok(mut mac) => {
                mac.update(text.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Err(_) => unreachable!("HMAC takes keys of any length (RFC 2104 section 3)"),
        }
    }

    /// Checks what somebody says. Each count of a nonce is taken once.
    ///
    /// # Errors
    /// [`DigestError::Stale`], [`DigestError::Wrong`].
    pub fn check(&mut self, given: &Credentials, password: &str, method: &str, now_s: u64) -> Result<(), DigestError> {
        let made = self.made_at(&given.nonce).ok_or(DigestError::Stale)?;
        // The password first: who does not know it learns nothing of nonces.
        if given.realm != self.realm || !given.fits(password, method) {
            return Err(DigestError::Wrong);
        }
        if now_s.saturating_sub(made) > NONCE_LIFE_S {
            return Err(DigestError::Stale);
        }
        let count = match &given.quality {
            Some((count, _)) => u32::from_str_radix(count, 16).map_err(|_| DigestError::Stale)?,
            None => 1,
        };
        if self.used.get(&given.nonce).is_some_and(|(_, used)| count <= *used) {
            return Err(DigestError::Stale);
        }
        self.forget(now_s);
        self.used.insert(given.nonce.clone(), (made, count));
        Ok(())
    }

    fn made_at(&self, nonce: &str) -> Option<u64> {
        let (open, seal) = nonce.rsplit_once('.')?;
        let expected = hex::encode(self.mac(open));
        let ours: bool = expected.as_bytes()[..32].ct_eq(seal.as_bytes()).into();
        u64::from_str_radix(open.split_once('.')?.0, 16).ok().filter(|_| ours)
    }

    fn forget(&mut self, now_s: u64) {
        if self.used.len() < MOST_NONCES {
            return;
        }
        self.used.retain(|_, (made, _)| now_s.saturating_sub(*made) <= NONCE_LIFE_S);
        if self.used.len() >= MOST_NONCES {
            self.used.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7616 section 3.9.1, with its realm and nonce.
    fn rfc(algorithm: &str, response: &str) -> Credentials {
        Credentials::parse(&format!(
            "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, \
             cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, response=\"{response}\""
        ))
        .unwrap()
    }

    #[test]
    fn the_published_answers_fit() {
        let md5 = rfc("MD5", "8ca523f5e9506fed4657c9700eebdbec");
        let sha = rfc("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
        for given in [md5, sha] {
            assert!(given.fits("Circle of Life", "GET"));
            assert!(!given.fits("Circle of life", "GET"));
            assert!(!given.fits("Circle of Life", "PUT"));
        }
    }

    fn answer(challenge: &str, password: &str, count: u32) -> Credentials {
        let fields = fields(challenge.strip_prefix("Digest ").unwrap());
        let mut given = Credentials {
            username: "101".to_owned(),
            realm: fields["realm"].clone(),
            nonce: fields["nonce"].clone(),
            uri: "sip:switchboard".to_owned(),
            response: String::new(),
            algorithm: if fields["algorithm"] == "MD5" { Algorithm::Md5 } else { Algorithm::Sha256 },
            quality: Some((format!("{count:08x}"), "c".to_owned())),
        };
        let hash = |text: String| given.algorithm.hash(&text);
        let (a1, a2) = (hash(format!("101:{}:{password}", given.realm)), hash("REGISTER:sip:switchboard".to_owned()));
        given.response = hash(format!("{a1}:{}:{count:08x}:c:auth:{a2}", given.nonce));
        given
    }

    #[test]
    fn a_challenge_is_answered_once_for_each_count_and_not_after_its_time() {
        let mut challenger = Challenger::new("switchboard", [3; 32], &Algorithm::ALL);
        for challenge in challenger.challenge(1_000, 9, false) {
            let first = answer(&challenge, "secret", 1);
            assert_eq!(challenger.check(&first, "other", "REGISTER", 1_001), Err(DigestError::Wrong));
            assert_eq!(challenger.check(&first, "secret", "REGISTER", 1_001), Ok(()));
            assert_eq!(challenger.check(&first, "secret", "REGISTER", 1_001), Err(DigestError::Stale), "a replay");
            let second = answer(&challenge, "secret", 2);
            assert_eq!(challenger.check(&second, "secret", "REGISTER", 1_301), Err(DigestError::Stale), "too late");
            assert_eq!(challenger.check(&second, "secret", "REGISTER", 1_300), Ok(()));
            // The two algorithms share a nonce in one challenge; a fresh process of the next round does not.
            challenger.used.clear();
        }
    }

    #[test]
    fn what_is_offered_is_the_best_first_or_what_everybody_knows() {
        let asked = |offered| Challenger::new("switchboard", [3; 32], offered).challenge(1_000, 9, false);
        let names = |asked: Vec<String>| -> Vec<String> {
            asked.iter().map(|one| fields(one.strip_prefix("Digest ").unwrap())["algorithm"].clone()).collect()
        };
        assert_eq!(names(asked(&Algorithm::BASIC)), ["MD5"]);
        assert_eq!(names(asked(&Algorithm::ALL)), ["SHA-256", "MD5"]);
    }

    #[test]
    fn a_nonce_of_somebody_else_is_none() {
        let mut ours = Challenger::new("switchboard", [3; 32], &Algorithm::ALL);
        let theirs = Challenger::new("switchboard", [4; 32], &Algorithm::ALL).challenge(1_000, 9, false);
        assert_eq!(ours.check(&answer(&theirs[0], "secret", 1), "secret", "REGISTER", 1_000), Err(DigestError::Stale));
        assert!(ours.challenge(1, 1, true)[0].ends_with("stale=true"));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for bad in
            ["", "Basic abc", "Digest", "Digest username=\"a\"", "Digest =,=,=", "Digest username=\"a", "Digest a=\"\\"]
        {
            assert_eq!(Credentials::parse(bad), Err(DigestError::Malformed), "{bad}");
        }
        let unknown = "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"x\", algorithm=AKAv1-MD5";
        assert_eq!(Credentials::parse(unknown), Err(DigestError::Malformed));
    }
}
