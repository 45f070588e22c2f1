//! With the option `send` on the method of a trait and on each impl of it, `gen::spawn` accepts the
//! coroutine.

trait Store {
    #[gen::coroutine(send)]
    fn load(&self) -> gen::Result<u32>;
}

struct Seven;

impl Store for Seven {
    #[gen::coroutine(send)]
    fn load(&self) -> gen::Result<u32> {
        Ok(7)
    }
}

async fn start<S: Store + Sync>(store: &'static S) -> gen::Result<u32> {
    gen::spawn(store.load()).await
}

fn main() {
    assert_eq!(gen::run_sync(start(&Seven)).unwrap(), 7);
}
