import { stdioServer, usesEverything } from "./everything.js";

usesEverything("stdio", () => Promise.resolve({ server: stdioServer, end: () => Promise.resolve() }));
