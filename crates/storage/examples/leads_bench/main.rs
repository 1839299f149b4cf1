//! What leads cost at a size where toys break, on a fresh SQLite file or a private PostgreSQL. Driven by `scripts/bench`.
//!
//! `claims ENGINE LEADS CLAIMS AGENTS`: agents ask for their next lead, all at once, call, and save an outcome.
//! `leads ENGINE LEADS SECONDS RATE`: lists, filters, searches and single leads at a steady rate.
//! `assign ENGINE LEADS AGENTS RULES`: rules give out leads that belong to nobody.

extern crate switchboard_storage as storage;

mod assign;
mod claims;
mod ground;
mod lists;

use std::{error::Error, io::Write};

use storage::testing::Engine;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub type Failure = Box<dyn Error + Send + Sync>;

fn engine(word: &str) -> Result<Engine, Failure> {
    match word {
        "sqlite" => Ok(Engine::Sqlite),
        "postgres" => Ok(Engine::Postgres),
        other => Err(format!("{other} is not sqlite or postgres").into()),
    }
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["claims", on, leads, claims, agents] => {
            print(&claims::run(engine(on)?, leads.parse()?, claims.parse()?, agents.parse()?).await?)
        }
        ["leads", on, leads, seconds, rate] => {
            print(&lists::run(engine(on)?, leads.parse()?, seconds.parse()?, rate.parse()?).await?)
        }
        ["assign", on, leads, agents, rules] => {
            print(&assign::run(engine(on)?, leads.parse()?, agents.parse()?, rules.parse()?).await?)
        }
        _ => Err("usage: leads_bench claims ENGINE LEADS CLAIMS AGENTS | leads ENGINE LEADS SECONDS RATE | assign ENGINE LEADS AGENTS RULES".into()),
    }
}

fn print(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
