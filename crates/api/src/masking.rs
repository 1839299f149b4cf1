//! Pools of virtual numbers, and who is reached by which of them.

pub mod create_pool;
pub mod delete_pool;
pub mod end_mapping;
pub mod make_mapping;
pub mod mappings;
pub mod pools;
pub mod update_pool;
