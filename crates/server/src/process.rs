//! A server as a process of its own, as an operator runs it: for load figures, and for tests that kill it.

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::Serialize;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// Opening the database and the ports takes well under a second on an idle machine.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// What `serve` prints before its address.
pub(crate) const ANSWERS_AT: &str = "Switchboard answers at ";
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("{program} cannot be run: {error}", program = .program.display())]
    Run { program: PathBuf, error: io::Error },
    #[error("the server ended, or said nothing for {} s; see {log}", STARTS_WITHIN.as_secs(), log = .log.display())]
    NoAnswer { log: PathBuf },
}

/// Which program serves which data.
#[derive(Debug, Clone)]
pub struct Place {
    /// A `switchboard` program.
    pub program: PathBuf,
    pub data_dir: PathBuf,
    /// As in the configuration; empty is SQLite in the data folder.
    pub database: String,
    /// Gets what the server writes to standard error.
    pub log: PathBuf,
}

/// What a process has used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Usage {
    pub cpu_s: f64,
    /// Proportional set size: pages that are shared count in parts.
    pub memory_mb: f64,
    /// Files, sockets and pipes.
    pub open_files: usize,
}

/// A running server. Dropping it kills the process.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    pub address: SocketAddr,
    pub base_url: String,
}

impl ServerProcess {
    /// Starts `serve` and waits until it answers. Without `listen` it takes a free port of the loopback.
    pub async fn start(place: &Place, listen: Option<SocketAddr>) -> Result<Self, ProcessError> {
        let as_error = |error| ProcessError::Run { program: place.program.clone(), error };
        let log = File::options().create(true).append(true).open(&place.log).map_err(as_error)?;
        let mut child = Command::new(&place.program)
            .arg("serve")
            .env("SWITCHBOARD_DATA_DIR", &place.data_dir)
            .env("SWITCHBOARD_DATABASE", &place.database)
            .env("SWITCHBOARD_LISTEN", listen.unwrap_or(ANY_PORT).to_string())
            .env("SWITCHBOARD_MEDIA_UDP", ANY_PORT.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(as_error)?;
        let no_answer = || ProcessError::NoAnswer { log: place.log.clone() };
        let mut said = BufReader::new(child.stdout.take().ok_or_else(no_answer)?).lines();
        let base_url = tokio::time::timeout(STARTS_WITHIN, async {
            while let Ok(Some(line)) = said.next_line().await {
                if let Some(url) = line.strip_prefix(ANSWERS_AT) {
                    return Some(url.to_owned());
                }
            }
            None
        })
        .await;
        let base_url = base_url.ok().flatten().ok_or_else(no_answer)?;
        let address = base_url.trim_start_matches("http://").parse().map_err(|_| no_answer())?;
        Ok(Self { child, address, base_url })
    }

    /// `None` where the system does not tell (only Linux does, in `/proc`), or when the process has ended.
    pub fn usage(&self) -> Option<Usage> {
        let process = PathBuf::from(format!("/proc/{}", self.child.id()?));
        Some(Usage {
            cpu_s: cpu_seconds(&process)?,
            memory_mb: memory_mb(&process)?,
            open_files: std::fs::read_dir(process.join("fd")).ok()?.count(),
        })
    }

    /// Ends it as a crash would: it gets no word beforehand.
    pub async fn kill(mut self) -> io::Result<()> {
        self.child.kill().await
    }
}

/// proc(5): user and system time are fields 14 and 15 of `stat`, in hundredths of a second.
fn cpu_seconds(process: &Path) -> Option<f64> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    // The name in parentheses may hold spaces; field 3 is the first behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

fn memory_mb(process: &Path) -> Option<f64> {
    let rollup = std::fs::read_to_string(process.join("smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_usage_of_a_process_is_read() {
        let own = Path::new("/proc/self");
        assert!(cpu_seconds(own).unwrap() < 3_600.0);
        assert!((0.5..10_000.0).contains(&memory_mb(own).unwrap()));
    }

    #[tokio::test]
    async fn a_program_that_is_no_server_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let place = |program: &str| Place {
            program: program.into(),
            data_dir: folder.path().to_owned(),
            database: String::new(),
            log: folder.path().join("log"),
        };
        let missing = ServerProcess::start(&place("/nowhere/switchboard"), None).await.unwrap_err();
        assert!(matches!(missing, ProcessError::Run { .. }), "{missing}");
        let silent = ServerProcess::start(&place("true"), None).await.unwrap_err();
        assert!(matches!(silent, ProcessError::NoAnswer { .. }), "{silent}");
    }
}
