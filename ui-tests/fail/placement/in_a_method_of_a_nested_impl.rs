use gen::yield_;

#[gen::coroutine]
fn outer() -> gen::Result<u32> {
    struct Inner;
    impl Inner {
        fn get(&self) -> gen::Result<u32> {
            yield_!(std::future::ready(1))
            //~^ gen: `yield_!` cannot stand in a plain `fn`, even within a coroutine
            //~| help: make that function a coroutine, `#[gen::coroutine] fn ..`, and yield its call
        }
    }
    Inner.get()
}

fn main() {
    let _ = gen::run_sync(outer());
}
