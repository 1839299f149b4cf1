//! Ids in paths.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
    response::Response,
};
use serde::de::DeserializeOwned;
use wire::error::{ErrorCode, FieldError};

use crate::error::refuse;

/// The `{id}` of the path.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        path(parts, state).await.map(Self)
    }
}

/// Two ids of the path, in order.
pub struct Ids<A, B>(pub A, pub B);

impl<S, A, B> FromRequestParts<S> for Ids<A, B>
where
    S: Send + Sync,
    A: DeserializeOwned + Send,
    B: DeserializeOwned + Send,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let (first, second) = path(parts, state).await?;
        Ok(Self(first, second))
    }
}

async fn path<S: Send + Sync, T: DeserializeOwned + Send>(parts: &mut Parts, state: &S) -> Result<T, Response> {
    Path::<T>::from_request_parts(parts, state).await.map(|Path(value)| value).map_err(|_| {
        let fields = vec![FieldError { field: "id".into(), problem: "expected a UUID".into() }];
        refuse(ErrorCode::InvalidFields, "the address has an id that is not one", fields)
    })
}
