use gen::yield_;

struct Client;

impl Client {
    #[gen::co]
    fn fetch(&self) -> gen::Result<u32> {
        yield_!(1)
        //~^ gen: `{integer}` cannot be yielded: it is a value, and there is nothing to wait for
        //~| note: use the value without `yield_!`; if an `.await` made it, remove the `.await`, because the yield waits
        //~| note: to make a future of the value, write `gen::maybe_future!(value)`
    }
}

fn main() {}
