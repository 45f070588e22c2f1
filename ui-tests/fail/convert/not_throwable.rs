struct Fault;

fn main() {
    let _ = gen::convert_yielded!(std::future::ready(Err::<u8, Fault>(Fault)));
}
