//! Virtual agents who are signed in together.

use std::{path::Path, time::Duration};

use domain::pii::Personal;
use tokio::task::JoinSet;
use url::Url;

use crate::agent::{AgentConfig, AgentError, AgentReport, AgentScripts, Disposition, VirtualAgent};

/// Between two sign-ins: checking a password costs the server a tenth of a second of CPU.
const BETWEEN_SIGN_INS: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub struct Crew(Vec<VirtualAgent>);

impl Crew {
    /// Signs in everybody of `accounts` (e-mail, password). Their phones keep their files in a folder each below `folder`.
    ///
    /// # Errors
    /// [`AgentError`] of the first who cannot sign in.
    pub async fn start(
        server: &Url,
        accounts: &[(String, Personal<String>)],
        folder: &Path,
        scripts: &AgentScripts,
        disposition: Option<&Disposition>,
    ) -> Result<Self, AgentError> {
        let mut agents = Vec::new();
        for (n, (email, password)) in accounts.iter().enumerate() {
            tokio::time::sleep(BETWEEN_SIGN_INS).await;
            let config = AgentConfig {
                server: server.clone(),
                email: email.clone(),
                password: password.clone(),
                data_dir: folder.join(format!("phone-{n}")),
                scripts: scripts.clone(),
                answer_after: Duration::from_secs(1),
                disposition: disposition.cloned(),
            };
            agents.push(VirtualAgent::start(config).await?);
        }
        Ok(Self(agents))
    }

    /// Signs everybody out. One report each, but of those whose task broke down.
    pub async fn stop(self) -> Vec<AgentReport> {
        let mut leaving: JoinSet<_> = self.0.into_iter().map(VirtualAgent::stop).collect();
        let mut reports = Vec::new();
        while let Some(left) = leaving.join_next().await {
            reports.extend(left.ok().flatten());
        }
        reports
    }
}
