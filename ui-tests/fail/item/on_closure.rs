fn main() {
    let _ = #[gen::coroutine]
    || 1;
}
