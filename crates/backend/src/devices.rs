//! Devices of signed-in people: whose media session is whose, and whether it is there now.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::ids::{MediaSessionId, SessionId, TenantId, UserId};

/// One device's media session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    pub session: MediaSessionId,
    pub tenant: TenantId,
    pub user: UserId,
    /// The sign-in it belongs to; ending that closes it.
    pub sign_in: SessionId,
    /// False for a page that only listens in.
    pub takes_calls: bool,
    /// ICE and DTLS are up.
    pub connected: bool,
    /// Order of opening; the newest wins when nobody names a device.
    pub opened: u64,
}

#[derive(Default)]
struct Table {
    devices: HashMap<MediaSessionId, Device>,
    opened: u64,
}

/// In memory only: after a restart of the server each device opens its session anew.
#[derive(Default)]
pub struct Devices(Mutex<Table>);

impl Devices {
    /// Adds a device and gives those of the same sign-in and purpose that it replaces.
    pub fn open(&self, device: Device) -> Vec<MediaSessionId> {
        let mut table = self.table();
        let replaced: Vec<MediaSessionId> = table
            .devices
            .values()
            .filter(|old| old.sign_in == device.sign_in && old.takes_calls == device.takes_calls)
            .map(|old| old.session)
            .collect();
        for session in &replaced {
            table.devices.remove(session);
        }
        table.opened += 1;
        let opened = table.opened;
        table.devices.insert(device.session, Device { opened, ..device });
        replaced
    }

    pub fn get(&self, session: MediaSessionId) -> Option<Device> {
        self.table().devices.get(&session).copied()
    }

    pub fn close(&self, session: MediaSessionId) -> Option<Device> {
        self.table().devices.remove(&session)
    }

    /// Closes all devices of a sign-in.
    pub fn close_sign_in(&self, sign_in: SessionId) -> Vec<Device> {
        let mut table = self.table();
        let gone: Vec<Device> = table.devices.values().filter(|device| device.sign_in == sign_in).copied().collect();
        for device in &gone {
            table.devices.remove(&device.session);
        }
        gone
    }

    /// Notes whether sound can flow; gives the device when it is known.
    pub fn set_connected(&self, session: MediaSessionId, connected: bool) -> Option<Device> {
        let mut table = self.table();
        let device = table.devices.get_mut(&session)?;
        device.connected = connected;
        Some(*device)
    }

    /// The device to use for a call of `user`: the one that is named, if it is theirs, or the newest that is connected.
    pub fn of_user(&self, tenant: TenantId, user: UserId, named: Option<MediaSessionId>) -> Option<Device> {
        let table = self.table();
        let theirs = |device: &&Device| device.tenant == tenant && device.user == user;
        match named {
            Some(session) => table.devices.get(&session).filter(theirs).copied(),
            None => table
                .devices
                .values()
                .filter(theirs)
                .filter(|device| device.connected)
                .max_by_key(|device| (device.takes_calls, device.opened))
                .copied(),
        }
    }

    /// Whether the user has a connected device that takes calls.
    pub fn can_take_calls(&self, tenant: TenantId, user: UserId) -> bool {
        self.of_user(tenant, user, None).is_some_and(|device| device.takes_calls)
    }

    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn device(n: u128, user: u128, sign_in: u128) -> Device {
        Device {
            session: MediaSessionId::new(Uuid::from_u128(n)),
            tenant: TenantId::new(Uuid::from_u128(1)),
            user: UserId::new(Uuid::from_u128(user)),
            sign_in: SessionId::new(Uuid::from_u128(sign_in)),
            takes_calls: true,
            connected: true,
            opened: 0,
        }
    }

    #[test]
    fn a_new_session_of_the_same_sign_in_replaces_the_old_one() {
        let devices = Devices::default();
        let (first, second) = (device(1, 7, 9), device(2, 7, 9));
        assert_eq!(devices.open(first), []);
        assert_eq!(devices.open(second), [first.session]);
        assert_eq!(devices.get(first.session), None);
        let found = devices.of_user(second.tenant, second.user, None).unwrap();
        assert_eq!(found.session, second.session);
    }

    #[test]
    fn somebody_elses_device_cannot_be_named() {
        let devices = Devices::default();
        let theirs = device(1, 7, 9);
        devices.open(theirs);
        let me = UserId::new(Uuid::from_u128(8));
        assert_eq!(devices.of_user(theirs.tenant, me, Some(theirs.session)), None);
        let stranger = TenantId::new(Uuid::from_u128(2));
        assert_eq!(devices.of_user(stranger, theirs.user, Some(theirs.session)), None);
    }

    #[test]
    fn a_device_that_lost_its_connection_takes_no_calls() {
        let devices = Devices::default();
        let one = device(1, 7, 9);
        devices.open(one);
        assert!(devices.can_take_calls(one.tenant, one.user));
        devices.set_connected(one.session, false);
        assert!(!devices.can_take_calls(one.tenant, one.user));
    }
}
