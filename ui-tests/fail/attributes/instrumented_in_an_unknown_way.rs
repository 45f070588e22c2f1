//! Stands for a future version of `tracing-attributes` with an option that gen does not know.

use gen::yield_;

macro_rules! instrumented {
    ($(#[$attribute:meta])* fn $name:ident() -> $output:ty { $($body:tt)* }) => {
        $(#[$attribute])*
        fn $name() -> $output {
            let __tracing_attr_span = 1;
            drop(__tracing_attr_span);
            $($body)*
        }
    };
}

instrumented! {
    #[gen::coroutine]
    fn fetch() -> gen::Result<u32> {
    //~^ gen: `#[gen::coroutine]` does not know the code that this version of `#[tracing::instrument]` generates
    //~| help: remove that attribute, and yield the coroutine in a span: `yield_!(tracing::Instrument::instrument(f(), tracing::info_span!("f")))`
        yield_!(std::future::ready(1))
    }
}

fn main() {
    let _ = fetch();
}
