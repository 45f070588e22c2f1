//! The order as an `async fn`, to compare.

use std::sync::Arc;

use axum::extract::{Path, State};

use crate::Shop;
use crate::service::Failure;

/// The steps of `Shop::buy`. When the client goes away, axum drops this future at one of its
/// `.await`s. The lines after it do not run, and a `Drop` could not wait for a request.
pub(crate) async fn buy(State(shop): State<Arc<Shop>>, Path(item): Path<String>) -> Result<String, Failure> {
    let order = shop.order(item);
    shop.change("reserve", &order).await?;
    if let Err(error) = shop.change("approve", &order).await {
        shop.change("release", &order).await?;
        return Err(error.into());
    }
    Ok(shop.change("sell", &order).await?)
}
