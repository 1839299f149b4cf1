use std::io;

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    task::JoinHandle,
};

/// A thread for what is done to each packet. Where several threads share such work, each packet wakes one and that another,
/// to see whether there is more.
pub(crate) struct PacketThread {
    handle: Handle,
    /// The thread ends when it is dropped.
    _running: oneshot::Sender<()>,
}

impl PacketThread {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (running, dropped) = oneshot::channel::<()>();
        // The answer is always the error that nobody answers any more.
        std::thread::Builder::new().name("packets".to_owned()).spawn(move || runtime.block_on(dropped).is_ok())?;
        Ok(Self { handle, _running: running })
    }

    /// Runs `job` there, with all tasks that it starts.
    pub(super) fn run<T: Send + 'static>(&self, job: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.handle.spawn(job)
    }
}
