import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Orders the test files for the next mutant: those that found a mutant lately come first, since they are likely to find its
 * neighbours too; then short ones.
 */
export class LikelyFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const known = files.map((file) => {
      const path = file.moduleId.slice(this.ctx.config.root.length + 1);
      const { failed = false, duration = 0 } = this.ctx.cache.getFileTestResults(`${file.project.name}:${path}`) ?? {};
      return { file, rank: failed ? -1 : duration };
    });
    return known.sort((one, other) => one.rank - other.rank).map(({ file }) => file);
  }
}
