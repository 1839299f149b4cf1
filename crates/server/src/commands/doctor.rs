//! `switchboard doctor`: what is in order, what is not, and what to do.

use std::{
    net::{TcpListener, UdpSocket},
    path::Path,
};

use storage::{DatabaseUrl, Store, TenantScope};

use super::{Place, Problem, output};
use crate::{config::Config, keys::Keys};

/// What a check found; `Err` says what is wrong and what to do.
type Finding = Result<String, String>;

pub(super) async fn run(place: &Place) -> Result<(), Problem> {
    let config = place.load()?;
    let mut bad = 0;
    let checks: [(&str, Finding); 8] = [
        ("data folder", data_folder(&config.data_dir)),
        ("keys", keys(&config)),
        ("HTTP port", http(&config)),
        ("media port", media(&config)),
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
    Keys::load_or_make(&config.data_dir)
        .map(|_| "there; back up keys.toml apart from the database".to_owned())
        .map_err(|error| format!("{error}. Restore keys.toml from the backup."))
}

fn http(config: &Config) -> Finding {
    TcpListener::bind(config.listen)
        .map(|_| format!("{} is free", config.listen))
        .map_err(|error| format!("{} cannot be used: {error}. Is a server running? Else change listen.", config.listen))
}

fn media(config: &Config) -> Finding {
    UdpSocket::bind(config.media.udp)
        .map(|_| format!("{} is free", config.media.udp))
        .map_err(|error| format!("UDP {} cannot be used: {error}. Change media.udp.", config.media.udp))
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

async fn open(config: &Config) -> Result<(DatabaseUrl, Store), String> {
    let advice = "Check `database` in the configuration, and that the server runs and knows the user.";
    let url: DatabaseUrl = config.database_url().parse().map_err(|error| format!("{error}. {advice}"))?;
    let keys = Keys::load_or_make(&config.data_dir).map_err(|error| error.to_string())?;
    let store = Store::open(&url, keys.sealing).await.map_err(|error| format!("{url}: {error}. {advice}"))?;
    match store.migrate().await {
        Ok(()) => Ok((url, store)),
        Err(error) => {
            store.close().await;
            Err(format!("{url}: {error}. {advice}"))
        }
    }
}

async fn database(config: &Config) -> Finding {
    let (url, store) = open(config).await?;
    store.close().await;
    Ok(format!("{url} answers and has the tables of this version"))
}

/// The place of every tenant's recordings, written to and read back.
async fn recordings(config: &Config) -> Finding {
    let (_, store) = open(config).await.map_err(|_| "not looked at: the database has to be opened first".to_owned())?;
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
