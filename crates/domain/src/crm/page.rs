//! A page of records, as Laravel and its like write it.

use serde_json::Value;

use super::{CrmApi, Place, path::value_at};

const LONGEST_QUERY: usize = 2_000;

#[derive(Debug, Clone, PartialEq)]
pub struct PageRead<'a> {
    pub items: &'a [Value],
    /// Behind it; `None` on the last.
    pub next: Option<Place>,
    /// Of all pages, where the CRM says it.
    pub total: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no list of records stands where it was expected")]
pub struct PageProblem;

/// Reads a page, which was asked for at `here`. The next one is named by `links.next` or `next_page_url`, else by the number of the
/// last page, else it is there as long as pages are full. Of an address only the query is taken: a CRM behind a proxy often does
/// not know its own.
///
/// # Errors
/// [`PageProblem`].
pub fn read_page<'a>(api: &CrmApi, here: &Place, page: &'a Value) -> Result<PageRead<'a>, PageProblem> {
    let items = value_at(page, &api.items_path).and_then(Value::as_array).ok_or(PageProblem)?;
    let number = |path: &str| value_at(page, path).and_then(Value::as_u64);
    let total = number("meta.total").or_else(|| number("total"));
    // An empty page is the last, whatever it says: else a CRM could lead us on for ever.
    let next = if items.is_empty() { None } else { next(api, here, page, items.len()) };
    Ok(PageRead { items, next: next.filter(|next| next != here), total })
}

fn next(api: &CrmApi, here: &Place, page: &Value, count: usize) -> Option<Place> {
    for path in ["links.next", "next_page_url"] {
        match value_at(page, path) {
            Some(Value::String(url)) => return by_address(url),
            Some(Value::Null) => return None,
            _ => {}
        }
    }
    let number = |path: &str| value_at(page, path).and_then(Value::as_u64);
    let current = number("meta.current_page").or_else(|| number("current_page"));
    let last = number("meta.last_page").or_else(|| number("last_page"));
    if let (Some(current), Some(last)) = (current, last) {
        return (current < last).then(|| Place::Number(u32::try_from(current + 1).unwrap_or(u32::MAX)));
    }
    match here {
        Place::Number(number) if count >= api.page_size as usize => Some(Place::Number(number.saturating_add(1))),
        _ => None,
    }
}

fn by_address(url: &str) -> Option<Place> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let plain = query.chars().all(|c| c.is_ascii_graphic());
    (!query.is_empty() && query.len() <= LONGEST_QUERY && plain).then(|| Place::Query(query.to_owned()))
}
