//! Follows the advice of `fail/attributes/below_main_of_tokio.rs` and of similar cases.

use gen::yield_;

#[gen::coroutine]
#[tokio::test]
fn sleeps() -> gen::Result {
    gen::yield_!(gen::moment())
}

#[gen::coroutine]
#[cached::proc_macro::cached]
fn doubled(n: u32) -> u32 {
    2 * yield_!(std::future::ready(n)).unwrap_or(0)
}

struct Shop;

impl Shop {
    #[gen::coroutine]
    fn stock(&self) -> u32 {
        yield_!(std::future::ready(1)).unwrap_or(0)
    }
}

#[cached::proc_macro::cached]
async fn stock() -> u32 {
    Shop.stock().await
}

#[async_trait::async_trait]
trait Fetch {
    async fn fetch(&self) -> u32;
    #[gen::coroutine]
    fn fetch_here(&self) -> u32;
    #[gen::coroutine(dyn)]
    fn fetch_anywhere(&self) -> u32;
}

#[async_trait::async_trait]
impl Fetch for Shop {
    async fn fetch(&self) -> u32 {
        1
    }
    #[gen::coroutine]
    fn fetch_here(&self) -> u32 {
        yield_!(self.fetch()).unwrap_or(0)
    }
    #[gen::coroutine(dyn)]
    fn fetch_anywhere(&self) -> u32 {
        yield_!(self.fetch()).unwrap_or(0)
    }
}

#[gen::coroutine]
#[tokio::main(flavor = "current_thread")]
fn main() -> gen::Result {
    assert_eq!(yield_!(doubled(2))? + yield_!(stock())?, 5);
    assert_eq!(yield_!(Shop.fetch_here())? + yield_!(Shop.fetch_anywhere())?, 2);
    Ok(())
}
