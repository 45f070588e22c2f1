struct Type;

#[gen::coroutine]
impl Type {
    fn method(&self) -> u32 {
        1
    }
}

fn main() {
    let _ = Type.method();
}
