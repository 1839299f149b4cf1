//! What the app was started with: flags, and a `tel:` link handed over by the desktop.

use std::path::PathBuf;

use clap::Parser;
use url::Url;

use crate::dial;

/// Answer and place calls, see who is calling and why, and keep what was agreed.
#[derive(Debug, Clone, Parser)]
#[command(name = "switchboard-desktop", version)]
pub struct Launch {
    /// Use this server instead of the built-in one, for this run
    #[arg(long, value_name = "URL", conflicts_with = "demo")]
    pub server: Option<Url>,
    /// Run a built-in server with sample people and a simulator, and sign in the sample agent
    #[arg(long)]
    pub demo: bool,
    /// Let browsers of this computer use the demo too, with the built screens of this folder
    #[arg(long, value_name = "DIR", requires = "demo")]
    pub ui_dir: Option<PathBuf>,
    /// Start in the tray without showing the window
    #[arg(long)]
    pub minimized: bool,
    /// tel:, callto:, sip: or sips: link whose number to put into the dial field
    pub link: Option<String>,
}

impl Launch {
    /// The number of the link, if there is one that can be read. A bad link is logged and otherwise ignored: the window
    /// that opens says more than an error on a console nobody sees.
    pub fn number(&self) -> Option<String> {
        let link = self.link.as_deref()?;
        match dial::number_in(link) {
            Ok(number) => Some(number),
            Err(error) => {
                tracing::warn!(%error, "link left alone");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_among_flags_gives_its_number() {
        let launch = Launch::try_parse_from(["app", "--minimized", "tel:+49-30-123456"]).unwrap();
        assert!(launch.minimized && !launch.demo);
        assert_eq!(launch.number().as_deref(), Some("+4930123456"));
    }

    #[test]
    fn a_demo_on_a_remote_server_is_refused() {
        assert!(Launch::try_parse_from(["app", "--demo", "--server", "https://desk.example"]).is_err());
    }

    #[test]
    fn a_server_that_is_no_url_is_refused() {
        assert!(Launch::try_parse_from(["app", "--server", "not a url"]).is_err());
    }
}
