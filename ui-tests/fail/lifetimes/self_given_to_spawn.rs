//@ rustc: a task may outlive its caller, so it borrows nothing of `self`: `self: Arc<Self>`, or a `gen::scope`

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
