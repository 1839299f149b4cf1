//! Our bridge under load.

use std::{
    io::{BufRead, BufReader, Write},
    net::UdpSocket,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    Failure,
    device::Device,
    flow::Flow,
    load::{self, Peer},
    sound::{Packets, Sounds},
};

/// Talkers in a room.
const TALKERS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    _spool: tempfile::TempDir,
}

impl Server {
    fn start() -> Result<Self, Failure> {
        let spool = tempfile::tempdir()?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .arg(spool.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().ok_or("no way to order")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no way to be answered")?);
        Ok(Self { child, orders, answers, _spool: spool })
    }

    fn ask(&mut self, order: &Value) -> Result<Value, Failure> {
        writeln!(self.orders, "{order}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    fn device(&mut self, packets: &Packets) -> Result<(Device, Value), Failure> {
        let (mut device, offer) = Device::offer(packets.clone())?;
        let opened = self.ask(&json!({ "offer": offer }))?;
        device.accept(opened["answer"].as_str().ok_or("no answer")?)?;
        let start = Instant::now();
        while !device.is_connected() {
            if start.elapsed() > PATIENCE {
                return Err("a device did not connect".into());
            }
            device.advance(Instant::now())?;
            device.listen(Instant::now())?;
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok((device, opened["port"].clone()))
    }

    fn carrier(&mut self, packets: &Packets) -> Result<(Flow, Value), Failure> {
        self.plain("carrier", packets)
    }

    fn leg(&mut self, packets: &Packets) -> Result<(Flow, Value), Failure> {
        self.plain("leg", packets)
    }

    fn plain(&mut self, kind: &str, packets: &Packets) -> Result<(Flow, Value), Failure> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        let opened = self.ask(&json!({ kind: socket.local_addr()?.to_string() }))?;
        let to = opened["at"].as_str().ok_or("no address")?.parse()?;
        Ok((Flow::new(socket, to, 0, 160, packets.clone())?, opened["port"].clone()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to finish.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn run(part: &str, count: usize, seconds: f64, recorded: bool) -> Result<Value, Failure> {
    let sounds = Sounds::make()?;
    let mut server = Server::start()?;
    let mut peers: Vec<Box<dyn Peer>> = Vec::new();
    match part {
        "bridge" | "relay" => {
            for _ in 0..count {
                let (agent, agent_port) = server.device(&sounds.opus)?;
                let (customer, customer_port): (Box<dyn Peer>, Value) = if part == "bridge" {
                    let (carrier, port) = server.carrier(&sounds.pcmu)?;
                    (Box::new(carrier), port)
                } else {
                    let (device, port) = server.device(&sounds.opus)?;
                    (Box::new(device), port)
                };
                server.ask(&json!({ "room": [customer_port, agent_port], "recorded": recorded }))?;
                peers.push(Box::new(agent));
                peers.push(customer);
            }
        }
        // As SIP trunks and telephones speak: nothing but RTP.
        "legs" => {
            for _ in 0..count {
                let (one, one_port) = server.leg(&sounds.pcmu)?;
                let (other, other_port) = server.leg(&sounds.pcmu)?;
                server.ask(&json!({ "room": [one_port, other_port], "recorded": recorded }))?;
                peers.push(Box::new(one));
                peers.push(Box::new(other));
            }
        }
        "room" => {
            let mut ports = Vec::new();
            for n in 0..count {
                let (member, port) = server.device(if n < TALKERS { &sounds.opus } else { &sounds.quiet })?;
                peers.push(Box::new(member));
                ports.push(port);
            }
            server.ask(&json!({ "room": ports, "recorded": recorded }))?;
        }
        // Rooms of nobody, and devices in no call.
        "idle" => {
            for _ in 0..count {
                server.ask(&json!({ "room": [] }))?;
            }
            for _ in 0..count / 10 {
                peers.push(Box::new(server.device(&sounds.opus)?.0.muted()));
            }
        }
        other => return Err(format!("{other} is no part").into()),
    }
    let pid = server.child.id();
    Ok(load::run(&mut peers, pid, seconds)?.as_json(pid, count))
}
