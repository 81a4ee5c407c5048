import { afterEach, describe, expect, test, vi } from "vitest";
import { childEnvironment } from "../../../src/transport/environment.js";

describe("childEnvironment", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("M23 passes on PATH and HOME and no variable of one's own", () => {
    vi.stubEnv("PATH", "/bin");
    vi.stubEnv("HOME", "/home/somebody");
    vi.stubEnv("SECRET_KEY", "canary");

    const environment = childEnvironment(undefined);

    expect(environment).toMatchObject({ PATH: "/bin", HOME: "/home/somebody" });
    expect(environment).not.toHaveProperty("SECRET_KEY");
  });

  test("M23 adds what is given, which wins", () => {
    vi.stubEnv("PATH", "/bin");

    expect(childEnvironment({ PATH: "/opt/bin", TOKEN: "given" })).toMatchObject({ PATH: "/opt/bin", TOKEN: "given" });
  });

  test("leaves exported shell functions out", () => {
    vi.stubEnv("TERM", "() { :; }; echo");

    expect(childEnvironment(undefined)).not.toHaveProperty("TERM");
  });

  test("does not make up what is not there", () => {
    vi.stubEnv("LANG", undefined);

    expect(Object.keys(childEnvironment(undefined))).not.toContain("LANG");
  });
});
