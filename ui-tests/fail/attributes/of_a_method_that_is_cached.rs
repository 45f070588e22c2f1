//@ attribute: the attribute is the mistake

use gen::yield_;

struct Shop;

impl Shop {
    #[gen::coroutine]
    #[cached::proc_macro::cached]
    //~^ gen: this attribute requires an `async fn`, which cannot be put around a method
    //~| help: remove it, or put it on a separate `async fn` that awaits the method
    fn stock(&self) -> u32 {
        yield_!(std::future::ready(1)).unwrap_or(0)
    }
}

fn main() {
    let _ = Shop.stock();
}
