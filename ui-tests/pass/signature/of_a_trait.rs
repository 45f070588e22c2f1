//! What the help for a `trait` advises: the attribute on each method, declared and implemented.

trait Fetch {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32>;
}

struct Client;

impl Fetch for Client {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32> {
        Ok(6)
    }
}

fn main() {
    assert_eq!(gen::run_sync(Client.fetch()).unwrap(), 6);
}
