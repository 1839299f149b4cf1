//! What every database engine has to do, run on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "everything here runs inside a test")]

extern crate switchboard_storage as storage;

#[path = "contract/support.rs"]
mod support;

#[path = "contract/accounts.rs"]
mod accounts;
#[path = "contract/agents.rs"]
mod agents;
#[path = "contract/assignment.rs"]
mod assignment;
#[path = "contract/calls.rs"]
mod calls;
#[path = "contract/configuration.rs"]
mod configuration;
#[path = "contract/crm.rs"]
mod crm;
#[path = "contract/engine.rs"]
mod engine;
#[path = "contract/lead_pages.rs"]
mod lead_pages;
#[path = "contract/lead_sets.rs"]
mod lead_sets;
#[path = "contract/leads.rs"]
mod leads;
#[path = "contract/lists.rs"]
mod lists;
#[path = "contract/number_masking.rs"]
mod number_masking;
#[path = "contract/outcomes.rs"]
mod outcomes;
#[path = "contract/sealing.rs"]
mod sealing;
#[path = "contract/walls.rs"]
mod walls;
#[path = "contract/work.rs"]
mod work;
#[path = "contract/worklist.rs"]
mod worklist;
