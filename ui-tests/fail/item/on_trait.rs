#[gen::coroutine]
trait Trait {
    fn method(&self) -> u32;
}

fn main() {}
