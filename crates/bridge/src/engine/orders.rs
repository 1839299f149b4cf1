//! What the audio thread is asked for, and what it sleeps on.

use std::{io, sync::Arc, time::Instant};

use mio::{Events, Interest, Poll, Token, Waker, net::UdpSocket};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Command;

const BELL: Token = Token(0);
const PORT: Token = Token(1);
/// Fewer than this many kinds of events can be there at once.
const EVENTS: usize = 4;

/// The audio thread is not there any more.
#[derive(Debug, thiserror::Error)]
#[error("the audio thread has stopped")]
pub(crate) struct Stopped;

/// Asks the audio thread for something. It ends when the last of these is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    // Dropped in this order: whoever is woken by the last bell finds the last sender gone.
    commands: UnboundedSender<Command>,
    bell: Bell,
}

impl Orders {
    /// # Errors
    /// [`Stopped`]; the command is lost.
    pub(crate) fn send(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).map_err(|_| Stopped)?;
        self.bell.ring();
        Ok(())
    }
}

#[derive(Debug, Clone)]
struct Bell(Arc<Waker>);

impl Bell {
    fn ring(&self) {
        if let Err(error) = self.0.wake() {
            tracing::error!(%error, "the audio thread could not be woken; it looks within a second");
        }
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.ring();
    }
}

/// What the audio thread sleeps on: the time, its orders, and the port while that is listened to.
pub(super) struct Rest {
    poll: Poll,
    events: Events,
    listens: bool,
    /// Kept, since what the last bell rang would be lost with it.
    _bell: Arc<Waker>,
}

impl Rest {
    pub(super) fn new() -> io::Result<(Self, Orders, UnboundedReceiver<Command>)> {
        let poll = Poll::new()?;
        let bell = Arc::new(Waker::new(poll.registry(), BELL)?);
        let (commands, orders) = unbounded_channel();
        let rest = Self { poll, events: Events::with_capacity(EVENTS), listens: false, _bell: Arc::clone(&bell) };
        Ok((rest, Orders { commands, bell: Bell(bell) }, orders))
    }

    /// Sleeps until `until` or an order, and when it `listens` until a datagram comes, which the answer says. Whoever has
    /// been told of one reads the port until nothing is left, or he is not told of the next.
    pub(super) fn until(&mut self, until: Instant, port: &mut UdpSocket, listens: bool) -> io::Result<bool> {
        // Only whether there is something to read: that there is room again after each datagram that was sent would wake
        // the thread as often as it sends one.
        match (self.listens, listens) {
            (false, true) => self.poll.registry().register(port, PORT, Interest::READABLE)?,
            (true, false) => self.poll.registry().deregister(port)?,
            _ => {}
        }
        self.listens = listens;
        let span = until.saturating_duration_since(Instant::now());
        match self.poll.poll(&mut self.events, Some(span)) {
            Ok(()) => Ok(self.events.iter().any(|event| event.token() == PORT)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::ids::CallId;
    use uuid::Uuid;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn port() -> (UdpSocket, std::net::UdpSocket) {
        let port = UdpSocket::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        peer.connect(port.local_addr().unwrap()).unwrap();
        (port, peer)
    }

    #[test]
    fn an_order_wakes_the_thread_and_so_does_the_end_of_all_who_give_orders() {
        let (mut rest, orders, mut given) = Rest::new().unwrap();
        let (mut port, _peer) = port();
        let begin = Instant::now();
        orders.send(Command::CloseRoom(CallId::new(Uuid::nil()))).unwrap();
        assert!(!rest.until(begin + LONG, &mut port, true).unwrap());
        assert!(given.try_recv().is_ok() && given.try_recv().is_err() && !given.is_closed());
        drop(orders);
        assert!(!rest.until(begin + LONG, &mut port, true).unwrap());
        assert!(given.is_closed() && begin.elapsed() < LONG);
    }

    #[test]
    fn a_datagram_wakes_whoever_listens_and_nobody_else() {
        let (mut rest, _orders, _given) = Rest::new().unwrap();
        let (mut port, peer) = port();
        let begin = Instant::now();
        assert!(!rest.until(begin, &mut port, true).unwrap());
        peer.send(&[1]).unwrap();
        assert!(rest.until(begin + LONG, &mut port, true).unwrap());
        assert!(!rest.until(begin, &mut port, false).unwrap());
        peer.send(&[2]).unwrap();
        assert!(!rest.until(Instant::now() + Duration::from_millis(30), &mut port, false).unwrap());
        // What came meanwhile is told of as soon as it listens again.
        assert!(rest.until(begin + LONG, &mut port, true).unwrap());
        assert!(begin.elapsed() < LONG);
    }

    #[test]
    fn room_for_more_to_send_wakes_nobody() {
        let (mut rest, _orders, _given) = Rest::new().unwrap();
        let (mut port, peer) = port();
        let (begin, span) = (Instant::now(), Duration::from_millis(30));
        port.send_to(&[1], peer.local_addr().unwrap()).unwrap();
        peer.recv(&mut [0; 8]).unwrap();
        assert!(!rest.until(begin + span, &mut port, true).unwrap());
        assert!(begin.elapsed() >= span);
    }
}
