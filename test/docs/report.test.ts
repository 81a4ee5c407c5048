// The tests in this example are tests of their own.
import "../../docs/examples/report.test.js";
