//! `switchboard doctor`: what is in order, what is not, and what to do.

use std::{
    net::{TcpListener, UdpSocket},
    path::Path,
};

use storage::{DatabaseUrl, Store, TenantScope};

use super::{Place, Problem, output};
use crate::{
    config::Config,
    keys::{self, KeysFile},
    open,
    sole::{SoleError, SoleFolder},
};

/// What a check found; `Err` says what is wrong and what to do.
type Finding = Result<String, String>;

pub(super) async fn run(place: &Place) -> Result<(), Problem> {
    let config = place.load()?;
    let mut bad = 0;
    let running = running(&config);
    let checks: [(&str, Finding); 9] = [
        ("data folder", data_folder(&config.data_dir)),
        ("keys", keys(&config)),
        ("HTTP port", http(&config, running.as_deref())),
        ("media port", media(&config, running.as_deref())),
        ("public address", public_url(&config)),
        ("screens", screens(&config)),
        ("database", database(&config).await),
        ("recordings", recordings(&config).await),
        ("sound devices", devices()),
    ];
    let count = checks.len();
    for (name, finding) in checks {
        match finding {
            Ok(words) => output::say(&format!("ok       {name}: {words}")),
            Err(words) => {
                bad += 1;
                output::say(&format!("PROBLEM  {name}: {words}"));
            }
        }
    }
    if bad == 0 { Ok(()) } else { Err(format!("{bad} of {count} checks found a problem").into()) }
}

fn data_folder(folder: &Path) -> Finding {
    let probe = folder.join(".doctor");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, b"x"))
        .and_then(|()| std::fs::remove_file(&probe))
        .map(|()| format!("{} can be written", folder.display()))
        .map_err(|error| format!("{} cannot be written: {error}. Choose another by data_dir.", folder.display()))
}

fn keys(config: &Config) -> Finding {
    let path = config.data_dir.join(keys::FILE);
    match KeysFile::read(&path) {
        Ok(Some(_)) => Ok("there; back up keys.toml apart from the database".to_owned()),
        Ok(None) => Ok("none yet; the first start makes them".to_owned()),
        Err(error) => Err(format!("{error}. Restore keys.toml from the backup.")),
    }
}

/// Who serves this data folder now, if anybody does: its ports are then taken as they should be.
fn running(config: &Config) -> Option<String> {
    match SoleFolder::take(&config.data_dir) {
        Err(SoleError::Folder { who, .. }) => Some(who),
        _ => None,
    }
}

fn http(config: &Config, running: Option<&str>) -> Finding {
    let address = config.listen;
    match (TcpListener::bind(address), running) {
        (Ok(_), _) => Ok(format!("{address} is free")),
        (Err(_), Some(who)) => Ok(format!("{address} is in use, and a server of this data folder runs ({who})")),
        (Err(error), None) => Err(format!("{address} cannot be used: {error}. End what uses it, or change listen.")),
    }
}

fn media(config: &Config, running: Option<&str>) -> Finding {
    let address = config.media.udp;
    match (UdpSocket::bind(address), running) {
        (Ok(_), _) => Ok(format!("UDP {address} is free")),
        (Err(_), Some(who)) => Ok(format!("UDP {address} is in use, and a server of this data folder runs ({who})")),
        (Err(error), None) => Err(format!("UDP {address} cannot be used: {error}. Change media.udp.")),
    }
}

/// Outside addresses are what carriers and browsers call.
fn public_url(config: &Config) -> Finding {
    match config.public_url.as_str() {
        "" => Ok("empty: reachable from this computer only; a carrier needs an address that it can reach".to_owned()),
        url if url.starts_with("https://") => {
            Ok(format!("{url}; the carrier page of the settings tests the way there"))
        }
        url => Err(format!("{url} is not https://. Carriers send calls and sign-ins over it: put TLS in front.")),
    }
}

fn screens(config: &Config) -> Finding {
    if config.ui_dir.as_os_str().is_empty() {
        return Ok("not served here (ui_dir is empty)".to_owned());
    }
    let index = config.ui_dir.join("index.html");
    if index.is_file() {
        Ok(format!("{} is there", index.display()))
    } else {
        Err(format!("{} is missing. Build the screens (npm run build in ui), or empty ui_dir.", index.display()))
    }
}

/// None before the first start: looking must not make anything.
async fn open(config: &Config) -> Result<Option<(DatabaseUrl, Store)>, String> {
    let advice = "Check `database` in the configuration, and that the server runs and knows the user.";
    let url: DatabaseUrl = config.database_url().parse().map_err(|error| format!("{error}. {advice}"))?;
    let nothing_yet = config.database.is_empty() && !config.data_dir.join("switchboard.db").exists();
    if nothing_yet {
        return Ok(None);
    }
    match open::store(config).await {
        Ok((store, _)) => Ok(Some((url, store))),
        Err(error) => Err(format!("{url}: {error}. {advice}")),
    }
}

async fn database(config: &Config) -> Finding {
    let Some((url, store)) = open(config).await? else {
        return Ok("none yet; the first start makes it".to_owned());
    };
    store.close().await;
    Ok(format!("{url} answers, has the tables of this version, and its data opens with these keys"))
}

/// The place of every tenant's recordings, written to and read back.
async fn recordings(config: &Config) -> Finding {
    let opened = open(config).await.map_err(|_| "not looked at: the database has to be opened first".to_owned())?;
    let Some((_, store)) = opened else { return Ok("no tenant yet".to_owned()) };
    let tenants = storage::tenants::all(&store).await.map_err(|error| error.to_string());
    let mut bad = Vec::new();
    let count = tenants.as_ref().map_or(0, Vec::len);
    for tenant in tenants.iter().flatten() {
        let scope = TenantScope::system(tenant.id);
        if let Err(error) = backend::check_recording_store(&store, &config.data_dir, scope).await {
            bad.push(format!("{}: {error}", tenant.name));
        }
    }
    store.close().await;
    tenants?;
    match (count, bad.as_slice()) {
        (0, _) => Ok("no tenant yet".to_owned()),
        (_, []) => Ok(format!("a file was written, read back and deleted for {count} tenants")),
        (_, bad) => Err(format!("{}. Look at Settings, Recordings; the button there tests it.", bad.join("; "))),
    }
}

/// A server needs none; a computer that is somebody's phone does.
fn devices() -> Finding {
    let list = phone::devices::list();
    let names =
        |all: &[phone::state::Device]| all.iter().map(|device| device.name.as_str()).collect::<Vec<_>>().join(", ");
    match (list.inputs.is_empty(), list.outputs.is_empty()) {
        (false, false) => Ok(format!("microphones: {}; speakers: {}", names(&list.inputs), names(&list.outputs))),
        (true, true) => Ok("none here; a server needs none, the desktop app does".to_owned()),
        (true, false) => Err("there is no microphone. Plug in a headset, or allow this program the microphone.".into()),
        (false, true) => Err("there is no speaker. Plug in a headset.".into()),
    }
}
