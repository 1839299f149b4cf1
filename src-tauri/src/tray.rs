//! The icon in the tray: the agent's state in a picture and a word, and the few things to do without the window.

use tauri::{
    AppHandle,
    image::Image,
    menu::{MenuBuilder, MenuItem, PredefinedMenuItem, Submenu, SubmenuBuilder},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use wire::accounts::UiLocale;

use crate::{
    tray_state::{Quiet, TrayState},
    words::Words,
};

/// What was chosen in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    Open,
    Available,
    Break,
    Quiet(Quiet),
    Quit,
}

pub struct Tray {
    icon: TrayIcon,
    state: MenuItem<tauri::Wry>,
    quiet: Submenu<tauri::Wry>,
    entries: Vec<(MenuItem<tauri::Wry>, Entry)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Open,
    Available,
    Break,
    HalfHour,
    Hour,
    Tomorrow,
    Quit,
}

impl Entry {
    const ALL: [Self; 7] =
        [Self::Open, Self::Available, Self::Break, Self::HalfHour, Self::Hour, Self::Tomorrow, Self::Quit];

    const fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Available => "available",
            Self::Break => "break",
            Self::HalfHour => "quiet-half-hour",
            Self::Hour => "quiet-hour",
            Self::Tomorrow => "quiet-tomorrow",
            Self::Quit => "quit",
        }
    }

    const fn text(self, words: &Words, in_call: bool) -> &'static str {
        match self {
            Self::Open => words.open,
            Self::Available => words.available,
            Self::Break => words.pause,
            Self::HalfHour => words.half_hour,
            Self::Hour => words.hour,
            Self::Tomorrow => words.tomorrow,
            Self::Quit if in_call => words.quit_in_call,
            Self::Quit => words.quit,
        }
    }

    const fn chosen(self) -> Chosen {
        match self {
            Self::Open => Chosen::Open,
            Self::Available => Chosen::Available,
            Self::Break => Chosen::Break,
            Self::HalfHour => Chosen::Quiet(Quiet::HalfHour),
            Self::Hour => Chosen::Quiet(Quiet::Hour),
            Self::Tomorrow => Chosen::Quiet(Quiet::UntilTomorrow),
            Self::Quit => Chosen::Quit,
        }
    }
}

impl Tray {
    pub fn new(app: &AppHandle, chosen: impl Fn(Chosen) + Clone + Send + Sync + 'static) -> tauri::Result<Self> {
        let words = Words::of(UiLocale::En);
        let state = MenuItem::with_id(app, "state", words.state(TrayState::SignedOut), false, None::<&str>)?;
        let mut entries = Vec::new();
        for entry in Entry::ALL {
            let item = MenuItem::with_id(app, entry.id(), entry.text(words, false), true, None::<&str>)?;
            entries.push((item, entry));
        }
        let quiet = SubmenuBuilder::new(app, words.quiet).build()?;
        let menu = MenuBuilder::new(app).item(&state).separator().build()?;
        for (item, entry) in &entries {
            match entry {
                Entry::Open | Entry::Available | Entry::Break => menu.append(item)?,
                Entry::HalfHour | Entry::Hour | Entry::Tomorrow => quiet.append(item)?,
                Entry::Quit => {
                    menu.append(&quiet)?;
                    menu.append(&PredefinedMenuItem::separator(app)?)?;
                    menu.append(item)?;
                }
            }
        }
        let on_click = chosen.clone();
        let icon = TrayIconBuilder::with_id("agent")
            .icon(Image::from_bytes(TrayState::SignedOut.icon())?)
            .tooltip("Switchboard")
            .menu(&menu)
            .show_menu_on_left_click(false)
            .on_tray_icon_event(move |_, event| {
                let clicked = matches!(
                    event,
                    TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. }
                );
                if clicked {
                    on_click(Chosen::Open);
                }
            })
            .on_menu_event(move |_, event| {
                if let Some(entry) = Entry::ALL.into_iter().find(|entry| entry.id() == event.id().as_ref()) {
                    chosen(entry.chosen());
                }
            })
            .build(app)?;
        Ok(Self { icon, state, quiet, entries })
    }

    /// Whether something on this desktop shows the icon. Asked anew each time: panels come and go.
    #[expect(clippy::unused_self, reason = "only a tray that was made can be seen")]
    pub fn is_seen(&self) -> bool {
        tray_is_seen()
    }

    pub fn show(&self, state: TrayState, in_call: bool, words: &Words) -> tauri::Result<()> {
        self.icon.set_icon(Some(Image::from_bytes(state.icon())?))?;
        self.icon.set_tooltip(Some(format!("Switchboard: {}", words.state(state))))?;
        self.state.set_text(words.state(state))?;
        self.quiet.set_text(words.quiet)?;
        for (item, entry) in &self.entries {
            item.set_text(entry.text(words, in_call))?;
        }
        Ok(())
    }
}

/// Without a host (a bare window manager, GNOME without its extension) the icon is nowhere, and a window that hid there
/// would be lost.
#[cfg(target_os = "linux")]
fn tray_is_seen() -> bool {
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    let host_registered = || -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        if !zbus::blocking::fdo::DBusProxy::new(&bus)?.name_has_owner(WATCHER.try_into()?)? {
            return Ok(false);
        }
        zbus::blocking::proxy::Builder::<zbus::blocking::Proxy<'_>>::new(&bus)
            .destination(WATCHER)?
            .path("/StatusNotifierWatcher")?
            .interface(WATCHER)?
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build()?
            .get_property("IsStatusNotifierHostRegistered")
    };
    host_registered().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
const fn tray_is_seen() -> bool {
    true
}
