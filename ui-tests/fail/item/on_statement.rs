fn main() {
    #[gen::coroutine]
    let n = 1;
}
