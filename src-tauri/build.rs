//! Declares the app's commands, so that each needs a permission, and sees to it that there is a page to embed.

use std::{error::Error, fs, path::Path};

use tauri_build::{AppManifest, Attributes};

const COMMANDS: &[&str] = &[
    "api_bytes",
    "api_request",
    "app_info",
    "choose_server",
    "dial_waiting",
    "open_monitor_window",
    "outbox_again",
    "outbox_discard",
    "outbox_put",
    "outbox_state",
    "phone_also_ring_on",
    "phone_choose_device",
    "phone_media_session",
    "phone_order_devices",
    "phone_set_muted",
    "phone_set_processing",
    "phone_start_check",
    "phone_state",
    "phone_test_ring",
    "quit_app",
    "register_tenant",
    "restart_app",
    "session_state",
    "set_autostart",
    "show_mini",
    "sign_in",
    "sign_out",
    "snapshot",
];

fn main() -> Result<(), Box<dyn Error>> {
    let page = Path::new("../ui/dist/index.html");
    if !page.exists() {
        // A fresh checkout can be checked and linted before the page is built; the window then says what is missing.
        fs::create_dir_all("../ui/dist")?;
        fs::write(
            page,
            "<!doctype html><title>Switchboard</title><p>The page is not built yet: npm ci and npm run build in ui/.</p>\n",
        )?;
    }
    println!("cargo:rerun-if-changed=../ui/dist");
    println!("cargo:rerun-if-changed=../icons");
    tauri_build::try_build(Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS)))?;
    Ok(())
}
