//! Conformance with tornado.gen 4.4.3. Each test has the name of Tornado's, or of the rule it is about; its comment says what Tornado does, and where we
//! differ, why.
