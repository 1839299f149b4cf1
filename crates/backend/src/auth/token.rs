//! Access tokens: JWT, HS256, 15 minutes.

use domain::{
    ids::{SessionId, TenantId, UserId},
    pii::Personal,
    time::UnixMillis,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// Life of an access token in seconds.
pub const ACCESS_TOKEN_S: u32 = 15 * 60;

/// What a token says. The role is read from the store at each request, so that a change takes effect at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    pub sub: UserId,
    pub tenant: TenantId,
    pub session: SessionId,
    /// Seconds since 1970.
    pub exp: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the access token has run out")]
    Expired,
    #[error("not an access token of this server")]
    Invalid,
}

/// The server's signing key: at least 32 random bytes.
#[derive(Clone)]
pub struct TokenKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl TokenKey {
    pub fn new(secret: &[u8]) -> Self {
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret) }
    }

    pub fn issue(
        &self,
        user: UserId,
        tenant: TenantId,
        session: SessionId,
        now: UnixMillis,
    ) -> Result<Personal<String>, TokenError> {
        let claims = AccessClaims { sub: user, tenant, session, exp: now.0 / 1000 + i64::from(ACCESS_TOKEN_S) };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map(Personal::new)
            .map_err(|_| TokenError::Invalid)
    }

    pub fn check(&self, token: &str, now: UnixMillis) -> Result<AccessClaims, TokenError> {
        let mut validation = Validation::new(Algorithm::HS256);
        // Expiry is compared below with the time that was handed in.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<AccessClaims>(token, &self.decoding, &validation)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        if now.0 / 1000 >= claims.exp { Err(TokenError::Expired) } else { Ok(claims) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_token_is_good_for_fifteen_minutes_and_with_its_own_key_only() {
        let (user, tenant, session) =
            (UserId::new(Uuid::from_u128(1)), TenantId::new(Uuid::from_u128(2)), SessionId::new(Uuid::from_u128(3)));
        let key = TokenKey::new(&[7; 32]);
        let token = key.issue(user, tenant, session, UnixMillis(0)).unwrap().into_inner();
        let claims = key.check(&token, UnixMillis(899_000)).unwrap();
        assert_eq!((claims.sub, claims.tenant, claims.session), (user, tenant, session));
        assert_eq!(key.check(&token, UnixMillis(900_000)), Err(TokenError::Expired));
        assert_eq!(TokenKey::new(&[8; 32]).check(&token, UnixMillis(0)), Err(TokenError::Invalid));
        assert_eq!(key.check("x.y.z", UnixMillis(0)), Err(TokenError::Invalid));
    }

    #[test]
    fn a_token_without_a_signature_is_refused() {
        let header = "eyJhbGciOiJub25lIn0";
        let body = "eyJzdWIiOiIwIn0";
        assert_eq!(
            TokenKey::new(&[7; 32]).check(&format!("{header}.{body}."), UnixMillis(0)),
            Err(TokenError::Invalid)
        );
    }
}
