//! What can go wrong in a store, told apart by what a person can do about it.

use std::{error::Error, io};

use object_store::client::{HttpError, HttpErrorKind};

use super::{RecordingKey, Stored};

const MAX_MESSAGE_CHARS: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("the recording store is full")]
    Full,
    /// Keys, rights of the bucket, or permissions of the folder.
    #[error("the recording store does not allow this: {message}")]
    Denied { message: String },
    #[error("the recording store cannot be reached: {reason}")]
    Unreachable { reason: String },
    #[error("the recording store has no such bucket")]
    NoSuchBucket,
    #[error("the recording store has no {key}")]
    NotFound { key: RecordingKey },
    #[error("these storage settings cannot be used: {reason}")]
    BadSettings { reason: String },
    /// The file to be stored cannot be read; what is stored is untouched.
    #[error("the recorded file cannot be read: {reason}")]
    Source { reason: String },
    /// What was read back is not what was sent. Keep the recorded file.
    #[error("{} bytes were sent and {} bytes with another content are stored", sent.bytes, stored.bytes)]
    Damaged { sent: Stored, stored: Stored },
    /// Try again later; show the message when it stays.
    #[error("the recording store failed: {message}")]
    Failed { message: String },
}

impl StoreError {
    /// Whether the same request can succeed later without anybody changing a setting.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Failed { .. } | Self::Damaged { .. } | Self::Full => true,
            Self::Denied { .. }
            | Self::NoSuchBucket
            | Self::NotFound { .. }
            | Self::BadSettings { .. }
            | Self::Source { .. } => false,
        }
    }
}

pub fn from_object_store(key: &RecordingKey, error: object_store::Error) -> StoreError {
    let text = error.to_string();
    // The XML body of the answer is part of the text; `<Code>` is the only stable part of it.
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    match code {
        Some("NoSuchBucket") => return StoreError::NoSuchBucket,
        Some("QuotaExceeded" | "InsufficientStorage" | "XMinioStorageFull" | "StorageFull") => return StoreError::Full,
        Some(code @ ("AccessDenied" | "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed")) => {
            return StoreError::Denied { message: code.to_owned() };
        }
        Some(_) | None => {}
    }
    match &error {
        object_store::Error::NotFound { .. } => StoreError::NotFound { key: key.clone() },
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
            StoreError::Denied { message: shortened(&text) }
        }
        _ => from_causes(&error).unwrap_or_else(|| StoreError::Failed { message: shortened(&text) }),
    }
}

fn from_causes(error: &(dyn Error + 'static)) -> Option<StoreError> {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<io::Error>()
            && let Some(found) = from_io_kind(io)
        {
            return Some(found);
        }
        if let Some(http) = current.downcast_ref::<HttpError>()
            && matches!(http.kind(), HttpErrorKind::Connect | HttpErrorKind::Timeout | HttpErrorKind::Interrupted)
        {
            return Some(StoreError::Unreachable { reason: innermost(current) });
        }
        cause = current.source();
    }
    None
}

/// The error of writing to a folder.
pub fn from_io(error: &io::Error) -> StoreError {
    from_io_kind(error).unwrap_or_else(|| StoreError::Failed { message: error.to_string() })
}

fn from_io_kind(error: &io::Error) -> Option<StoreError> {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(StoreError::Full),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Some(StoreError::Denied { message: error.to_string() })
        }
        _ => None,
    }
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut current = error;
    while let Some(source) = current.source() {
        current = source;
    }
    shortened(&current.to_string())
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_MESSAGE_CHARS).collect()
}
