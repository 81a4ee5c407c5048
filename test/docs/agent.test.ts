// The tests in these examples are tests of their own.
import "../../docs/examples/agent-death.test.js";
import "../../docs/examples/agent-flood.test.js";
import "../../docs/examples/agent-silence.test.js";
import "../../docs/examples/testing-kit.test.js";
