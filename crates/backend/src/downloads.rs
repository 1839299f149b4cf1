//! Files that are taken away by an address which works without a token until it runs out:
//! `<tenant>.<what>.<id>.<expires>.<mac>`.

use std::{io, time::Duration};

use bytes::Bytes;
use domain::{
    ids::{BulkActionId, LeadFileId, TenantId},
    time::UnixMillis,
};
use futures_util::{Stream, stream};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use storage::TenantScope;
use tokio::sync::mpsc;
use wire::recordings::SignedUrl;

use crate::{Backend, clock, error::BackendError, mac::keyed};

/// Life of an address of a file that lies with a lead.
pub(crate) const SHORT: Duration = Duration::from_secs(300);
/// Pieces that wait for whoever takes them.
const AHEAD: usize = 4;

/// What an address opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    LeadFile(LeadFileId),
    Export(BulkActionId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    pub tenant: TenantId,
    pub what: What,
    pub expires_at: UnixMillis,
}

/// A file on its way out.
pub struct Download {
    pub name: String,
    pub media_type: &'static str,
    /// When it is known.
    pub bytes: Option<u64>,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
}

impl Download {
    /// `write` runs on a thread of its own, and ends when nobody takes its pieces any more.
    pub(crate) fn new(
        name: String,
        media_type: &'static str,
        bytes: Option<u64>,
        write: impl FnOnce(&mut dyn FnMut(Bytes) -> io::Result<()>) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let (sender, pieces) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let mut put =
                |piece: Bytes| sender.blocking_send(Ok(piece)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe));
            if let Err(error) = write(&mut put)
                && error.kind() != io::ErrorKind::BrokenPipe
            {
                tracing::error!(%error, "a file could not be handed out");
                drop(sender.blocking_send(Err(error)));
            }
        });
        Self { name, media_type, bytes, pieces }
    }

    pub fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::unfold(self.pieces, |mut pieces| async move {
            let piece = pieces.recv().await?;
            Some((piece, pieces))
        })
    }
}

impl Link {
    fn signed_part(self) -> String {
        let what = match self.what {
            What::LeadFile(id) => format!("lead-file.{id}"),
            What::Export(id) => format!("export.{id}"),
        };
        format!("{}.{what}.{}", self.tenant, self.expires_at.0)
    }

    pub(crate) fn token(self, key: &[u8]) -> String {
        let part = self.signed_part();
        let mac = hex::encode(mac(key, &part).finalize().into_bytes());
        format!("{part}.{mac}")
    }

    fn check(key: &[u8], token: &str, now: UnixMillis) -> Result<Self, BackendError> {
        let (part, given) = token.rsplit_once('.').ok_or(BackendError::NotSignedIn)?;
        let given = hex::decode(given).map_err(|_| BackendError::NotSignedIn)?;
        mac(key, part).verify_slice(&given).map_err(|_| BackendError::NotSignedIn)?;
        let link = Self::parse(part).ok_or(BackendError::NotSignedIn)?;
        if now >= link.expires_at { Err(BackendError::TokenExpired) } else { Ok(link) }
    }

    fn parse(part: &str) -> Option<Self> {
        let mut parts = part.split('.');
        let (tenant, what, id, expires) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            tenant: tenant.parse().ok()?,
            what: match what {
                "lead-file" => What::LeadFile(id.parse().ok()?),
                "export" => What::Export(id.parse().ok()?),
                _ => return None,
            },
            expires_at: UnixMillis(expires.parse().ok()?),
        })
    }
}

/// No other kind of address is taken for one of these.
fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = keyed(key);
    mac.update(b"file-link:");
    mac.update(text.as_bytes());
    mac
}

impl Backend {
    pub(crate) fn signed_file(&self, scope: TenantScope, what: What, expires_at: UnixMillis) -> SignedUrl {
        let link = Link { tenant: scope.tenant(), what, expires_at };
        SignedUrl { url: format!("/api/v1/files/signed/{}", link.token(self.secret())), expires_at_ms: expires_at }
    }

    /// Who has the address has the file.
    pub async fn download(&self, token: &str) -> Result<Download, BackendError> {
        let link = Link::check(self.secret(), token, clock::now())?;
        let scope = TenantScope::system(link.tenant);
        match link.what {
            What::LeadFile(id) => self.lead_file_content(scope, id).await,
            What::Export(id) => self.export_content(scope, id).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_address_opens_its_own_file_until_it_runs_out() {
        let link = Link {
            tenant: TenantId::new(Uuid::from_u128(1)),
            what: What::Export(BulkActionId::new(Uuid::from_u128(2))),
            expires_at: UnixMillis(1_000),
        };
        let token = link.token(b"key");
        assert_eq!(Link::check(b"key", &token, UnixMillis(999)).ok(), Some(link));
        let refused = |token: &str, key: &[u8], now| Link::check(key, token, UnixMillis(now)).unwrap_err();
        assert!(matches!(refused(&token, b"key", 1_000), BackendError::TokenExpired));
        for forged in [token.replace(".1000.", ".9000."), token.replace(".export.", ".lead-file."), "x".to_owned()] {
            assert!(matches!(refused(&forged, b"key", 0), BackendError::NotSignedIn), "{forged}");
        }
        assert!(matches!(refused(&token, b"other", 0), BackendError::NotSignedIn));
    }
}
