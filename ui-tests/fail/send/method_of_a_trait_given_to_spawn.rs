//@ rustc: rustc requires that the coroutine is `Send`: write `#[gen::coroutine(send)]` on the trait's method and on each impl of it

trait Store {
    #[gen::coroutine]
    fn load(&self) -> gen::Result<u32>;
}

fn start<S: Store + Sync>(store: &'static S) {
    gen::spawn(store.load());
    //~^ rustc: `impl gen::Coroutine + Future<Output = Result<u32, gen::Error>>` cannot be sent between threads safely
}

fn main() {}
