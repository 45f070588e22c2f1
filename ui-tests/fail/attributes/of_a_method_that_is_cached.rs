//@ attribute: the attribute is the mistake

use gen::yield_;

struct Shop;

impl Shop {
    #[gen::coroutine]
    #[cached::proc_macro::cached]
    //~^ gen: this attribute wants an `async fn`, and there can be none around a method that is a coroutine
    //~| help: remove it, or put it on an `async fn` that awaits the method
    fn stock(&self) -> u32 {
        yield_!(std::future::ready(1)).unwrap_or(0)
    }
}

fn main() {
    let _ = Shop.stock();
}
