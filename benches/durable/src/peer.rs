//! The same shape with `restate-sdk`.

use std::net::SocketAddr;
use std::time::Duration;

use restate_sdk::prelude::*;

/// The name of the workflow.
pub const NAME: &str = "PeerOrder";

struct PeerOrder;

#[workflow]
impl PeerOrder {
    #[handler]
    async fn run(&self, ctx: WorkflowContext<'_>, input: Json<(u32, u64)>) -> HandlerResult<Json<u32>> {
        let (id, timer) = input.into_inner();
        let paid = ctx.run(|| async move { Ok(id) }).name("charge").await?;
        ctx.sleep(Duration::from_millis(timer)).await?;
        let sent = ctx.run(|| async move { Ok(id) }).name("send").await?;
        Ok(Json(paid + sent))
    }
}

/// Serves it.
pub async fn serve(address: SocketAddr) {
    HttpServer::new(Endpoint::builder().bind(PeerOrder).build()).listen_and_serve(address).await;
}
