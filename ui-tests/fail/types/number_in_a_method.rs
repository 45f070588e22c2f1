use gen::yield_;

struct Client;

impl Client {
    #[gen::co]
    fn fetch(&self) -> gen::Result<u32> {
        yield_!(1)
        //~^ gen: `{integer}` cannot be yielded: it is a value already, with nothing to wait for
        //~| note: use it as it is, without `yield_!`; if an `.await` made it, remove that: the yield waits
        //~| note: where a future is wanted, `gen::maybe_future!(value)` makes one of it
    }
}

fn main() {}
