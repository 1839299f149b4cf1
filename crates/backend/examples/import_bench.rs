//! How fast leads are taken in: `cargo run --release -p switchboard-backend --example import_bench -- [ROWS] [POSTGRES-URL]`,
//! SQLite without an address.
//!
//! Prints rows a second and the most memory of one import with everything (parsing, numbering plans, do-not-call list,
//! duplicates, sealing, search index, problems), and beside it the bare insert of the same rows, sealed before, into the
//! same tables of a fresh database.

#![expect(clippy::print_stdout, reason = "a bench prints")]

use std::{fmt::Write as _, io::Write as _, path::Path, time::Instant};

use domain::{
    ids::{LeadId, TenantId},
    pii::Personal,
    time::UnixMillis,
};
use storage::{
    DatabaseUrl, Keyring, Store, TenantScope,
    leads::{Heat, Lead, OtherNumber, bulk},
    tenants::{self, Tenant},
};
use switchboard_backend::{FileByHand, import_by_hand};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Fault = Box<dyn std::error::Error>;

const NAMES: [&str; 12] =
    ["Asha", "Vikram", "Sunita", "Imran", "Mira", "Farid", "Leela", "Indira", "Rohan", "Kavya", "Zoya", "Nikhil"];
const FAMILIES: [&str; 12] =
    ["Sharma", "Verma", "Rao", "Quillon", "Kettlewell", "Marigold", "Pillai", "Rangan", "Bose", "Iyer", "Khan", "Nair"];

/// The same numbers on every run, spread over the plan, some of them wrong, twice or with doubtful values.
fn row(n: u64) -> String {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8;
    let number = match n % 500 {
        7 => "call me".to_owned(),
        11 => format!("98{:08}", (n - 4).wrapping_mul(7_919) % 100_000_000),
        _ => format!("98{:08}", n.wrapping_mul(7_919) % 100_000_000),
    };
    let name = NAMES[(mixed % 12) as usize];
    let family = FAMILIES[(mixed / 12 % 12) as usize];
    let mail = if n % 400 == 3 { "mira@".to_owned() } else { format!("{}.{n}@example.com", name.to_lowercase()) };
    format!("{name} {family},{number},{mail},500{:03},{} lakh,Stall B{}\n", mixed % 1000, 20 + mixed % 180, mixed % 90)
}

fn write_file(path: &Path, rows: u64) -> Result<u64, Fault> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"Name,Mobile,Mail,Pin,Budget,Remarks\n")?;
    let mut bytes = 0;
    for n in 0..rows {
        let row = row(n);
        bytes += row.len() as u64;
        file.write_all(row.as_bytes())?;
    }
    file.flush()?;
    Ok(bytes)
}

async fn tenant(store: &Store) -> Result<TenantId, Fault> {
    store.migrate().await?;
    let id = TenantId::new(uuid::Uuid::now_v7());
    let tenant = Tenant {
        id,
        name: format!("Bench {id}"),
        country: "IN".to_owned(),
        zone: "Asia/Kolkata".to_owned(),
        created_at: UnixMillis(0),
    };
    tenants::insert(store, &tenant).await?;
    Ok(id)
}

/// Peak and present resident memory in MB (Linux).
fn memory(which: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(which)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn processor_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|one| one.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn lead(n: u64) -> (Lead, Vec<OtherNumber>) {
    let row = row(n);
    let cells: Vec<&str> = row.trim().split(',').collect();
    let lead = Lead {
        id: LeadId::new(uuid::Uuid::now_v7()),
        name: Personal::new(cells[0].to_owned()),
        phone: Personal::new(format!("+9198{:08}", n.wrapping_mul(7_919) % 100_000_000)),
        phone_kind: Some("mobile".to_owned()),
        phone_extension: None,
        priority: 0,
        import_id: None,
        email: Some(Personal::new(cells[2].to_owned())),
        stage: "new".to_owned(),
        heat: Heat::Cold,
        source: None,
        source_detail: None,
        owner_id: None,
        owner_name: None,
        campaign_id: None,
        language: None,
        zone: "Asia/Kolkata".to_owned(),
        zone_source: "phone".to_owned(),
        do_not_call: false,
        fields: Personal::new(
            [("pincode", cells[3]), ("budget", cells[4]), ("remarks", cells[5])]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        ),
        provenance: Personal::new(serde_json::json!({})),
        attempts: 0,
        last_contact_at: None,
        created_at: UnixMillis(0),
        updated_at: UnixMillis(0),
        version: 1,
    };
    (lead, Vec::new())
}

/// Only the inserts are timed.
async fn bare(store: &Store, tenant: TenantId, rows: u64) -> Result<f64, Fault> {
    let scope = TenantScope::system(tenant);
    let mut took = 0.0;
    bulk::hold_changes(store, true).await?;
    for from in (0..rows).step_by(4_096) {
        let leads: Vec<_> = (from..rows.min(from + 4_096)).map(lead).collect();
        let sealed = bulk::seal(store, scope, leads.iter())?;
        let began = Instant::now();
        let mut tx = store.begin().await?;
        bulk::insert(&mut tx, sealed, &mut bulk::Unsearchable::default()).await?;
        tx.commit().await?;
        took += began.elapsed().as_secs_f64();
    }
    Ok(took)
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rows: u64 = arguments.first().map_or(Ok(100_000), |rows| rows.parse())?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("leads.csv");
    let bytes = write_file(&file, rows)?;
    println!("{rows} rows, {} MB", bytes / 1_000_000);
    // Each engine in a process of its own, or the memory would be that of both.
    let address = |part: &str| match arguments.get(1) {
        Some(url) => DatabaseUrl::Postgres(url.clone()),
        None => DatabaseUrl::Sqlite(folder.path().join(format!("{part}.db"))),
    };
    let store = Store::open(&address("ours"), Keyring::generate()).await?;
    let id = tenant(&store).await?;
    let before = processor_s();
    let begun = FileByHand {
        tenant: id,
        data_folder: folder.path().to_owned(),
        path: file.clone(),
        plan: None,
        campaign: None,
        dry_run: false,
        private_targets: false,
    };
    let done = import_by_hand(&store, begun, Box::new(|_, _, _| {})).await?;
    let seconds = done.took_ms as f64 / 1000.0;
    let mut line = String::new();
    write!(line, "{:8} import {:7.0} rows/s, ", store.engine(), rows as f64 / seconds)?;
    write!(line, "{:5.1} us of this process a row, ", (processor_s() - before) * 1e6 / rows as f64)?;
    write!(line, "peak {} MB; {:?}", memory("VmHWM"), done.counts)?;
    println!("{line}");
    store.close().await;
    let store = Store::open(&address("bare"), Keyring::generate()).await?;
    let id = tenant(&store).await?;
    println!("{:8} bare   {:7.0} rows/s", store.engine(), rows as f64 / bare(&store, id, rows).await?);
    store.close().await;
    Ok(())
}
