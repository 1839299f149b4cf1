//! The server: the bridge with nothing around it but the carriers' sockets. Orders come on standard input and are answered
//! on standard output, one line of JSON each.

use std::{
    io::{BufRead, Write},
    net::SocketAddr,
    path::PathBuf,
};

use domain::ids::{CallId, LegId, MediaSessionId, RecordingId};
use serde_json::{Value, json};
use switchboard_bridge::{
    BridgeConfig, BridgeHandle, CarrierCodec, CarrierFrame, CarrierOptions, CarrierOut, CarrierPort, PortId,
    RecordPlan, RoomPlan, RtpCodec, RtpLeg, RtpRoute,
};
use tokio::net::UdpSocket;
use uuid::Uuid;

use crate::{Failure, flow::header};

const PCMU: u8 = 0;

pub fn run(spool: &str) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(serve(spool.into()))
}

async fn serve(spool: PathBuf) -> Result<(), Failure> {
    let config = BridgeConfig { udp_bind: ([127, 0, 0, 1], 0).into(), advertised: vec![], spool };
    let (bridge, mut events) = switchboard_bridge::start(config).await?;
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let (mut ports, mut legs) = (Vec::new(), Vec::new());
    for line in std::io::stdin().lock().lines() {
        let order: Value = serde_json::from_str(&line?)?;
        let answer = obey(&bridge, &mut ports, &mut legs, &order).await?;
        writeln!(std::io::stdout(), "{answer}")?;
    }
    Ok(())
}

async fn obey(
    bridge: &BridgeHandle,
    ports: &mut Vec<PortId>,
    legs: &mut Vec<RtpLeg>,
    order: &Value,
) -> Result<Value, Failure> {
    if let Some(offer) = order["offer"].as_str() {
        let id = MediaSessionId::new(Uuid::now_v7());
        let answer = bridge.open_session(id, offer.to_owned()).await?;
        ports.push(PortId::Session(id));
        return Ok(json!({ "port": ports.len() - 1, "answer": answer }));
    }
    if let Some(carrier) = order["carrier"].as_str() {
        let leg = LegId::new(Uuid::now_v7());
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(carrier.parse::<SocketAddr>()?).await?;
        let at = socket.local_addr()?;
        tokio::spawn(carry(bridge.open_carrier(leg, CarrierOptions::of(CarrierCodec::Pcmu)).await, socket));
        ports.push(PortId::Carrier(leg));
        return Ok(json!({ "port": ports.len() - 1, "at": at.to_string() }));
    }
    if let Some(remote) = order["leg"].as_str() {
        let id = LegId::new(Uuid::now_v7());
        let leg = bridge.open_rtp_leg(id, [127, 0, 0, 1].into(), None).await?;
        let at = leg.local();
        leg.route(plain(remote.parse()?)).await;
        legs.push(leg);
        ports.push(PortId::Carrier(id));
        return Ok(json!({ "port": ports.len() - 1, "at": at.to_string() }));
    }
    let list = order["room"].as_array().ok_or("neither an offer, a carrier, a leg nor a room")?;
    let members: Vec<PortId> = list.iter().filter_map(|n| ports.get(n.as_u64()? as usize).copied()).collect();
    let pairs = members.iter().flat_map(|a| members.iter().map(move |b| (*a, *b))).filter(|(a, b)| a != b);
    let record = order["recorded"].as_bool().unwrap_or(false).then(|| RecordPlan {
        recording: RecordingId::new(Uuid::now_v7()),
        left: members[..1].to_vec(),
        right: members[1..2].to_vec(),
        paused: false,
    });
    let hears = pairs.collect();
    bridge
        .apply_room(CallId::new(Uuid::now_v7()), RoomPlan { members, hears, music: vec![], ringback: vec![], record });
    Ok(json!({}))
}

/// G.711 in packets of 20 ms, and keys as events, as nearly every trunk and telephone has them.
fn plain(remote: SocketAddr) -> RtpRoute {
    RtpRoute {
        remote,
        remote_reports: SocketAddr::new(remote.ip(), remote.port().saturating_add(1)),
        multiplexed: false,
        codec: RtpCodec::Pcmu,
        payload_type: PCMU,
        accepted: vec![(PCMU, RtpCodec::Pcmu)],
        events: Some((101, 8_000)),
        comfort_noise: None,
        packet_ms: 20,
        sends: true,
        receives: true,
        seal: None,
    }
}

/// A carrier leg as plain RTP.
async fn carry(mut port: CarrierPort, socket: UdpSocket) {
    let mut datagram = [0; 2_048];
    let (mut seq, mut time) = (0_u16, 0_u32);
    loop {
        tokio::select! {
            received = socket.recv(&mut datagram) => {
                if let Ok(length @ 12..) = received {
                    port.input.push(&datagram[12..length]);
                }
            }
            out = port.output.recv() => {
                let Some(out) = out else { return };
                if let CarrierOut::Frame(CarrierFrame::Law(frame)) = out {
                    let mut packet = [0; 172];
                    packet[..12].copy_from_slice(&header(PCMU, seq, time, 1));
                    packet[12..].copy_from_slice(&frame);
                    // A peer that is not there yet.
                    let _ = socket.try_send(&packet);
                    (seq, time) = (seq.wrapping_add(1), time.wrapping_add(160));
                }
            }
        }
    }
}
