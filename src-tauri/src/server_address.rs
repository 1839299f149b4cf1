//! Reads the address of a server as people write it.

use std::net::IpAddr;

use url::{Host, Url};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("expected an address such as https://desk.example.org")]
    NotOne,
    /// Passwords go over it.
    #[error("expected https://; http:// is for this computer only")]
    NotSecure,
}

/// `desk.example.org` -> `https://desk.example.org/`. A path, a query and a fragment are left out.
///
/// # Errors
/// [`AddressError`].
pub fn read(typed: &str) -> Result<Url, AddressError> {
    let typed = typed.trim();
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let mut url = Url::parse(&whole).map_err(|_| AddressError::NotOne)?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => return Err(AddressError::NotOne),
    };
    match url.scheme() {
        "https" => {}
        "http" if here => {}
        "http" => return Err(AddressError::NotSecure),
        _ => return Err(AddressError::NotOne),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::NotOne);
    }
    url.set_path("");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_becomes_the_servers_root() {
        for (typed, url) in [
            ("desk.example.org", "https://desk.example.org/"),
            (" https://desk.example.org/#/desk ", "https://desk.example.org/"),
            ("desk.example.org:8443/calls?x=1", "https://desk.example.org:8443/"),
            ("http://127.0.0.1:8470", "http://127.0.0.1:8470/"),
            ("http://localhost:8470/", "http://localhost:8470/"),
            ("http://[::1]:8470", "http://[::1]:8470/"),
        ] {
            assert_eq!(read(typed).map(String::from).as_deref(), Ok(url), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_or_not_secure_is_refused() {
        for typed in ["", "two words", "ftp://desk.example.org", "https://", "https://me:secret@desk.example.org"] {
            assert_eq!(read(typed), Err(AddressError::NotOne), "{typed}");
        }
        assert_eq!(read("http://desk.example.org"), Err(AddressError::NotSecure));
        assert_eq!(read("http://192.168.1.20:8470"), Err(AddressError::NotSecure));
    }
}
