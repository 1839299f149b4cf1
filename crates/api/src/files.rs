//! Files that are taken away by a signed address.

pub mod signed;
