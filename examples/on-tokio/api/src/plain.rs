//! The order as an `async fn`, to compare.

use std::sync::Arc;

use axum::extract::{Path, State};

use crate::Shop;
use crate::service::Failure;

/// The same steps as `Shop::buy`. When the client goes away, axum drops this future at one of its
/// `.await`s. The lines after it do not run, and a `Drop` could not wait for a request.
pub(crate) async fn buy(State(shop): State<Arc<Shop>>, Path(item): Path<String>) -> Result<String, Failure> {
    shop.change("reserve", &item).await?;
    if let Err(error) = shop.change("approve", &item).await {
        shop.change("release", &item).await?;
        return Err(error.into());
    }
    Ok(shop.change("sell", &item).await?)
}
