//! Follows the help for a `trait`: the attribute on each method, in the trait and in the impl.

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
