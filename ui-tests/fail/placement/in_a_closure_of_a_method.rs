use gen::yield_;

struct Client;

impl Client {
    #[gen::co]
    fn all(&self, list: &[u32]) -> gen::Result<Vec<u32>> {
        list.iter().map(|n| yield_!(std::future::ready(*n))).collect()
        //~^ gen: `yield_!` cannot stand in a closure: whoever calls the closure cannot be suspended
        //~| help: use a `for` loop or a `match`, or have the closure make what is yielded and yield all of it: `yield_!(iter.map(..).collect::<Vec<_>>())`
    }
}

fn main() {}
