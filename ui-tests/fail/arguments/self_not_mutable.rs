struct Counter(u32);

impl Counter {
    #[gen::coroutine]
    fn count(&self) -> u32 {
        self.0 += 1;
        //~^ rustc: cannot assign to `self.0`, which is behind a `&` reference
        self.0
    }
}

fn main() {}
