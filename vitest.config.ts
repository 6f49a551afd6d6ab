import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // All cores: many tests wait for a kernel or another process. The default leaves one idle.
    maxWorkers: '100%',
    disableConsoleIntercept: true,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
