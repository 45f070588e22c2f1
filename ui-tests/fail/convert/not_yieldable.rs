fn main() {
    let _ = gen::convert_yielded!(42);
}
