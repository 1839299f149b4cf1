//! Files that are taken away by an address which works without a token until it runs out.

use std::{io, time::Duration};

use bytes::Bytes;
use domain::{
    ids::{BulkActionId, LeadFileId},
    time::UnixMillis,
};
use futures_util::{Stream, stream};
use storage::TenantScope;
use tokio::sync::mpsc;
use wire::recordings::SignedUrl;

use crate::{
    Backend, clock,
    error::BackendError,
    signed_link::{Opens, SignedLink},
};

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

impl Opens for What {
    const KIND: &'static str = "file-link";

    fn written(&self) -> String {
        match self {
            Self::LeadFile(id) => format!("lead-file.{id}"),
            Self::Export(id) => format!("export.{id}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_once('.')? {
            ("lead-file", id) => id.parse().ok().map(Self::LeadFile),
            ("export", id) => id.parse().ok().map(Self::Export),
            _ => None,
        }
    }
}

impl Backend {
    pub(crate) fn signed_file(&self, scope: TenantScope, what: What, expires_at: UnixMillis) -> SignedUrl {
        let link = SignedLink { tenant: scope.tenant(), what, expires_at };
        SignedUrl { url: format!("/api/v1/files/signed/{}", link.token(self.secret())), expires_at_ms: expires_at }
    }

    /// Who has the address has the file.
    pub async fn download(&self, token: &str) -> Result<Download, BackendError> {
        let link = SignedLink::<What>::check(self.secret(), token, clock::now())?;
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
    use crate::signed_link::tests::opens;

    #[test]
    fn an_address_opens_its_own_file() {
        opens(&What::Export(BulkActionId::new(Uuid::from_u128(2))), &[(".export.", ".lead-file.")]);
        opens(&What::LeadFile(LeadFileId::new(Uuid::from_u128(2))), &[("0002.", "0003.")]);
    }
}
