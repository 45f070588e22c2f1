//@ rustc: a task may outlive its caller, so it cannot borrow from `self`: write `self: Arc<Self>`, or start it in a `gen::scope`

struct Client;

impl Client {
    #[gen::coroutine]
    fn fetch(&self) -> gen::Result<u32> {
        Ok(1)
    }

    #[gen::coroutine]
    fn start(&self) -> gen::Result {
        drop(gen::spawn(self.fetch()));
        //~^ rustc: borrowed data escapes outside of method
        Ok(())
    }
}

fn main() {}
