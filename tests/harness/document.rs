//! The operations that the OpenAPI document names.

use reqwest::Method;
use serde_json::Value;

/// Below it is everything that needs a sign-in.
const API: &str = "/api/v1";

#[derive(Debug, Clone)]
pub struct Operation {
    pub method: Method,
    /// Below `/api/v1`, with the names of its parameters: `/leads/{id}`.
    pub path: String,
    pub has_body: bool,
    /// Names of the parameters behind the `?`.
    pub query: Vec<String>,
}

impl Operation {
    /// `GET /leads/{id}`
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Names between the braces of the path, in order.
    pub fn parameters(&self) -> Vec<&str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }
}

/// Every operation below `/api/v1`.
///
/// # Panics
/// When the document is not the one of this product.
pub fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(api::openapi()).expect("the document is JSON");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let Some(path) = path.strip_prefix(API) else { continue };
        for (method, operation) in item.as_object().expect("operations") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(&method) {
                let has_body = !operation["requestBody"].is_null();
                all.push(Operation { method, path: path.to_owned(), has_body, query: query(operation) });
            }
        }
    }
    assert!(all.len() > 80, "the document lists {} operations", all.len());
    all
}

/// Paths that are not below `/api/v1`.
///
/// # Panics
/// When the document is not the one of this product.
pub fn outside() -> Vec<String> {
    let document = serde_json::to_value(api::openapi()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths").keys();
    paths.filter(|path| !path.starts_with(API)).cloned().collect()
}

fn query(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_query = parameters.filter(|one| one["in"] == "query");
    in_query.filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
}
