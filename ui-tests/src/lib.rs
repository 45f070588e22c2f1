//! What the compiler says about mistakes. `fail/<family>/<mistake>.rs` must not compile and say what the file beside it says; `pass/` must compile.
