#[gen::test(limit = "1s")]
#[rstest::rstest]
#[case(1)]
#[case(2)]
fn waits(#[case] n: u32) {
    let m = gen::yield_!(async { n });
    assert_eq!(m.unwrap(), n);
}

fn main() {}
