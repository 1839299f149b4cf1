//! The three windows. Each is made here, once, with the same page on another route.

use tauri::{
    AppHandle, Manager, PhysicalPosition, UserAttentionType, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    webview::Color,
};

use crate::{attention::View, webview};

pub const MAIN: &str = "main";
pub const MONITOR: &str = "monitor";
pub const MINI: &str = "mini";

const MINI_SIZE: (f64, f64) = (320.0, 96.0);
const MINI_MARGIN: i32 = 16;

/// The main window. `shown` is false when the app starts into the tray.
pub fn make_main(app: &AppHandle, shown: bool) -> tauri::Result<WebviewWindow> {
    let window = page(app, MAIN, "")
        .title("Switchboard")
        .inner_size(1280.0, 800.0)
        .min_inner_size(1000.0, 680.0)
        .visible(shown)
        .build()?;
    webview::harden(&window)?;
    Ok(window)
}

/// Opens the supervisor's window or brings it to the front.
pub fn open_monitor(app: &AppHandle) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(MONITOR) {
        window.unminimize()?;
        window.show()?;
        return window.set_focus();
    }
    let window = page(app, MONITOR, "#/monitor")
        .title("Switchboard monitor")
        .inner_size(1180.0, 760.0)
        .min_inner_size(800.0, 560.0)
        .build()?;
    webview::harden(&window)
}

/// The small window that stands in for the main one in a call: top right, above others, without taking the keyboard.
pub fn show_mini(app: &AppHandle, show: bool) -> tauri::Result<()> {
    let window = match app.get_webview_window(MINI) {
        Some(window) => window,
        None if !show => return Ok(()),
        None => {
            let window = page(app, MINI, "#/mini")
                .title("Switchboard call")
                .inner_size(MINI_SIZE.0, MINI_SIZE.1)
                .resizable(false)
                .decorations(false)
                .always_on_top(true)
                .visible_on_all_workspaces(true)
                .skip_taskbar(true)
                .focused(false)
                .visible(false)
                .build()?;
            webview::harden(&window)?;
            window
        }
    };
    if !show {
        return window.hide();
    }
    if let Some(screen) = window.current_monitor()?.or(window.primary_monitor()?) {
        let width = (MINI_SIZE.0 * screen.scale_factor()) as i32;
        let right = screen.position().x + screen.size().width as i32;
        window.set_position(PhysicalPosition::new(right - width - MINI_MARGIN, screen.position().y + MINI_MARGIN))?;
    }
    show_without_focus(&window)
}

/// To the front, with the keyboard: a person asked for it.
pub fn open(window: &WebviewWindow) -> tauri::Result<()> {
    let_map_take_focus(window, true)?;
    window.unminimize()?;
    window.show()?;
    window.set_focus()
}

/// On the screen above others while it rings, with the keyboard left where it is.
pub fn raise(window: &WebviewWindow) -> tauri::Result<()> {
    if window.is_focused()? {
        return Ok(());
    }
    window.set_always_on_top(true)?;
    if window.is_minimized()? {
        // Coming back from the taskbar takes the keyboard; being shown anew does not have to.
        window.hide()?;
        window.unminimize()?;
    }
    show_without_focus(window)?;
    window.request_user_attention(Some(UserAttentionType::Critical))
}

/// An ordinary window again.
pub fn lower(window: &WebviewWindow) -> tauri::Result<()> {
    window.request_user_attention(None)?;
    window.set_always_on_top(false)
}

/// What is so now; a window that cannot be asked counts as away.
pub fn view(window: &WebviewWindow) -> View {
    View {
        visible: window.is_visible().unwrap_or(false),
        minimised: window.is_minimized().unwrap_or(false),
        focused: window.is_focused().unwrap_or(false),
    }
}

fn page<'a>(app: &'a AppHandle, label: &str, route: &str) -> WebviewWindowBuilder<'a, tauri::Wry, AppHandle> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::App(format!("index.html{route}").into()))
        .background_color(Color(0xf5, 0xf7, 0xf8, 0xff))
        // A link in a note must not replace the agent's desk. A file that the page has made and offers to save is a `blob`.
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri" | "about" | "blob") || url.host_str() == Some("tauri.localhost")
        })
        .on_new_window(|_url, _features| tauri::webview::NewWindowResponse::Deny)
}

fn show_without_focus(window: &WebviewWindow) -> tauri::Result<()> {
    let_map_take_focus(window, false)?;
    window.show()
}

/// Whether showing the window gives it the keyboard. GTK decides that when the window is mapped; elsewhere the system
/// does not let a background app take the focus.
fn let_map_take_focus(window: &WebviewWindow, take: bool) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    {
        let same = window.clone();
        window.run_on_main_thread(move || {
            if let Ok(window) = same.gtk_window() {
                gtk::prelude::GtkWindowExt::set_focus_on_map(&window, take);
            }
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (window, take);
        Ok(())
    }
}
