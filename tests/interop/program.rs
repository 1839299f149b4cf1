//! Programs of others, each in a folder of its own, ended with what began them.

use std::{
    net::{SocketAddr, UdpSocket},
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::process::{Child, Command};

/// Where a system keeps what is not for everybody.
const MORE: &str = "/usr/sbin:/sbin";

/// The first of these that cannot be run.
pub fn missing(names: &[&'static str]) -> Option<&'static str> {
    let path = format!("{}:{MORE}", std::env::var("PATH").unwrap_or_default());
    let found = |name: &&&str| path.split(':').any(|folder| Path::new(folder).join(name).is_file());
    names.iter().find(|name| !found(name)).copied()
}

/// A program that runs; killed when this is dropped.
pub struct Program {
    pub child: Child,
    log: std::path::PathBuf,
}

impl Program {
    /// Starts it in `folder`; what it says goes to a file there.
    pub fn start(folder: &Path, name: &str, arguments: &[&str]) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file = std::fs::File::create(&log).unwrap();
        let child = Command::new(name)
            .args(arguments)
            .current_dir(folder)
            .env("HOME", folder)
            .env("PATH", format!("{}:{MORE}", std::env::var("PATH").unwrap_or_default()))
            .stdin(Stdio::piped())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { child, log }
    }

    pub fn said(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Waits until it has said something.
    pub async fn says(&self, text: &str) {
        let began = Instant::now();
        while !self.said().contains(text) {
            assert!(began.elapsed() < Duration::from_secs(20), "it did not say {text:?}: {}", tail(&self.said()));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types a line.
    pub async fn types(&mut self, line: &str) {
        use tokio::io::AsyncWriteExt;
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        input.flush().await.unwrap();
    }

    /// Its end by itself; true when it was content.
    pub async fn ends(&mut self) -> bool {
        self.child.wait().await.unwrap().success()
    }
}

pub fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(6)..].join(" | ")
}

/// A UDP port that is free now.
pub fn free_port() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
