// What a client loads when it needs it, loaded before: importing takes I/O, which virtual time does not wait for.
import "../client/start.js";
import { loadSchemas } from "../client/load-schemas.js";

await loadSchemas();
