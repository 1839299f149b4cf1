//! How the simulated CRM is set up, and what it does wrong on purpose.

use std::{net::SocketAddr, time::Duration};

use domain::pii::Personal;

/// How clients show who they are.
#[derive(Debug, Clone)]
pub enum Access {
    Bearer(Personal<String>),
    Basic { user: String, password: Personal<String> },
}

/// How pages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// `data`, `links`, `meta`, of a resource collection.
    Resource,
    /// `current_page`, `data`, `next_page_url`, of a simple paginator; its links forget all parameters but the page, as they do.
    Simple,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    ById,
    /// What was changed last is last: a record that is changed moves to the end.
    ByChange,
}

/// So many requests in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    pub requests: u32,
    pub within: Duration,
}

#[derive(Debug, Clone)]
pub struct Config {
    /// Port 0 takes a free one.
    pub bind: SocketAddr,
    pub access: Access,
    pub paging: Paging,
    pub order: Order,
    pub limit: Option<RateLimit>,
}

impl Config {
    /// A free port of the loopback, a token, no limit.
    pub fn on_loopback(token: &str) -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            access: Access::Bearer(Personal::new(token.to_owned())),
            paging: Paging::Resource,
            order: Order::ById,
            limit: None,
        }
    }
}

/// What goes wrong. All off by default.
#[derive(Debug, Clone, Default)]
pub struct Misbehaviour {
    /// The next requests are answered with these statuses, and nothing is done.
    pub next: Vec<u16>,
    /// From this many requests on everything is answered with 503.
    pub down_after: Option<u32>,
    /// The next records are made, and the answer is 500.
    pub made_but_failed: u32,
    /// After each page the first record of the page is changed, and another one of it removed after every third.
    pub moves_while_paging: bool,
}
