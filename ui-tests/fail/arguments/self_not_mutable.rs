struct Counter(u32);

impl Counter {
    #[gen::coroutine]
    fn count(&self) -> u32 {
        self.0 += 1;
        //~^ rustc: cannot assign to data in a `&` reference
        self.0
    }
}

fn main() {}
