use gen::yield_;

struct Client;

impl Client {
    #[gen::co]
    fn all(&self, list: &[u32]) -> gen::Result<Vec<u32>> {
        list.iter().map(|n| yield_!(std::future::ready(*n))).collect()
        //~^ gen: `yield_!` cannot stand in a closure: the code that calls the closure cannot be suspended
        //~| help: use a `for` loop or a `match`, or let the closure return futures and yield all of them: `yield_!(iter.map(..).collect::<Vec<_>>())`
    }
}

fn main() {}
