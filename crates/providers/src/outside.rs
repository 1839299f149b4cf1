//! Addresses that an admin enters and this server then asks: nobody is to reach through it what runs beside it or in its network.
//! An address is judged when it is entered, and again by what its name stands for whenever a connection is made.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use domain::reach::is_public;
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
};
use url::{Host, Url};

use crate::http_client::{self, ClientError};

/// Where such addresses may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Also to this computer and this network, there without TLS too. For the server's own configuration to say.
    pub private: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("not an address")]
    NotAnAddress,
    #[error("not https")]
    NotHttps,
    #[error("the address holds a user or a password")]
    Credentials,
    #[error("the address is of this computer or this network, which this server does not allow")]
    Private,
}

/// A name stands for nothing but addresses of this network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name stands for an address of this computer or this network, which this server does not allow")]
struct PrivateName;

/// Reads an address.
///
/// # Errors
/// See [`TargetError`].
pub fn target(text: &str, reach: Reach) -> Result<Url, TargetError> {
    let url = Url::parse(text).map_err(|_| TargetError::NotAnAddress)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::Credentials);
    }
    let private = match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        None => return Err(TargetError::NotAnAddress),
    };
    match url.scheme() {
        "https" | "http" if private && !reach.private => Err(TargetError::Private),
        "https" => Ok(url),
        "http" if private => Ok(url),
        _ => Err(TargetError::NotHttps),
    }
}

/// A client for such addresses. It follows no redirects, and goes through no proxy, which would look names up by itself.
///
/// # Errors
/// When the system offers no TLS.
pub fn client(reach: Reach, patience: Duration) -> Result<Client, ClientError> {
    let builder = http_client::builder(patience)?.no_proxy();
    let builder = if reach.private { builder } else { builder.dns_resolver(Arc::new(Guarded)) };
    Ok(builder.build()?)
}

/// Gives public addresses alone.
#[derive(Debug)]
struct Guarded;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(PrivateName.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTSIDE: Reach = Reach { private: false };
    const ANYWHERE: Reach = Reach { private: true };

    #[test]
    fn only_https_outside_is_asked_unless_the_server_allows_more() {
        assert!(target("https://crm.example/leads", OUTSIDE).is_ok());
        assert!(target("https://8.8.8.8/", OUTSIDE).is_ok());
        for text in [
            "http://127.0.0.1",
            "https://localhost/x",
            "https://a.localhost",
            "https://LOCALHOST.",
            "https://10.0.0.7",
            "http://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0/",
        ] {
            assert_eq!(target(text, OUTSIDE).unwrap_err(), TargetError::Private, "{text}");
            assert!(target(text, ANYWHERE).is_ok(), "{text}");
        }
        for text in ["http://crm.example", "http://8.8.8.8", "ftp://crm.example", "file:///etc/passwd"] {
            assert!(target(text, OUTSIDE).is_err() && target(text, ANYWHERE).is_err(), "{text}");
        }
        assert_eq!(target("https://me:secret@crm.example", ANYWHERE).unwrap_err(), TargetError::Credentials);
        for text in ["", "crm.example", "https://"] {
            assert_eq!(target(text, ANYWHERE).unwrap_err(), TargetError::NotAnAddress, "{text}");
        }
    }

    /// A name that passes when it is entered is looked at again when it is looked up.
    #[tokio::test]
    async fn a_name_that_stands_for_this_computer_is_not_asked() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let refused = client(OUTSIDE, Duration::from_secs(5)).unwrap().get(&url).send().await.unwrap_err();
        assert!(http_client::root_cause(refused).contains("does not allow"));
        let mut accepted = std::pin::pin!(listener.accept());
        assert!(tokio::time::timeout(Duration::from_millis(50), &mut accepted).await.is_err(), "a connection was made");
        let asking = client(ANYWHERE, Duration::from_secs(5)).unwrap().get(&url).send();
        let reached = tokio::select! {
            reached = accepted => reached.is_ok(),
            _ = asking => false,
        };
        assert!(reached, "the server's configuration allows it");
    }
}
