//@ attribute: the attribute is the mistake

struct Shop(u32);

impl Shop {
    #[gen::coroutine]
    #[cached::proc_macro::cached]
    //~^ gen: this attribute requires an `async fn`, in which `Self` would not be known
    //~| help: remove it, or put it on a separate `async fn` that awaits the function
    fn stock(n: u32) -> u32 {
        gen::yield_!(std::future::ready(Self(n).0)).unwrap_or(0)
    }
}

fn main() {
    drop(Shop::stock(1));
}
