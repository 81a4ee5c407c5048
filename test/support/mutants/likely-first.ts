import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Orders the test files for the next mutant: the one that found the last mutant comes first, since it is likely to find
 * its neighbour too; then short ones.
 */
export class LikelyFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const known = files.map((file) => {
      const path = file.moduleId.slice(this.ctx.config.root.length + 1);
      const { failed = false, duration = 0 } = this.ctx.cache.getFileTestResults(`${file.project.name}:${path}`) ?? {};
      // What was not even loaded failed in no time.
      return { file, rank: failed && duration > 0 ? -1 : duration };
    });
    return known.sort((one, other) => one.rank - other.rank).map(({ file }) => file);
  }
}
