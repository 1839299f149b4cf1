//! Pages of the store as pages of the contract.

use storage::{Cursor, MAX_LIMIT, Page as StoredPage, PageRequest};
use wire::page::Page;

use crate::error::BackendError;

const MOST: u32 = MAX_LIMIT;

pub(crate) fn request(cursor: Option<&str>, limit: Option<u32>) -> Result<PageRequest, BackendError> {
    if limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
        return Err(BackendError::field("limit", "expected 1 to 200"));
    }
    Ok(PageRequest::parse(cursor, limit)?)
}

pub(crate) fn page<A, B>(page: StoredPage<A>, convert: impl FnMut(A) -> B) -> Page<B> {
    Page { next: page.next.map(Cursor::encode), items: page.items.into_iter().map(convert).collect() }
}
