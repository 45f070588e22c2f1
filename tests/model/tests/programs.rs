//! Random programs, against the model.

/// Whatever a user relies on in a combination that nobody thought of.
#[test]
fn random_programs_do_what_the_model_says() {
    for seed in 0..100_000 {
        if let Err(difference) = model::check(seed) {
            panic!("{difference}");
        }
    }
}
