//! With `dyn` a method can be called on a trait object.

trait Fetch {
    #[gen::coroutine(dyn)]
    fn fetch(&self) -> gen::Result<u32>;
}

struct Client;

impl Fetch for Client {
    #[gen::coroutine(dyn)]
    fn fetch(&self) -> gen::Result<u32> {
        Ok(6)
    }
}

fn main() {
    let client: Box<dyn Fetch> = Box::new(Client);
    assert_eq!(gen::run_sync(client.fetch()).unwrap(), 6);
}
