// The tests in this example are tests of their own.
import "../../docs/examples/session.test.js";
