//! One SQL text on both engines: arguments, rows, transactions and lists, without naming either engine outside this module.

mod arg;
mod bulk;
mod ready;
mod row;
mod run;
mod select;
mod text_key;

pub(crate) use arg::{Arg, args};
pub(crate) use ready::ReadyRows;
pub(crate) use row::Row;
pub(crate) use run::{Dialect, Unit};
pub use run::{On, Tx};
pub(crate) use select::{Order, Select};
pub(crate) use text_key::{TextKey, text_keys};
