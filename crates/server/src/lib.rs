//! Composes the parts into a server: for the `switchboard` program, the desktop app and the tests.

pub mod commands;
pub mod config;
pub mod demo;
pub mod embedded;
pub mod faults;
pub mod keys;
pub mod load;
mod open;
pub mod process;
pub mod running;
pub mod seed;
mod services;
pub mod soak;
mod sole;
pub mod standalone;

pub use config::{Config, ConfigError};
pub use running::{Running, StartError};
