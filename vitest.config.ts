import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/*.docker.test.ts', 'node_modules/**', 'dist/**', 'results/runs/**'],
          execArgv: ['--import', 'tsx'],
          testTimeout: 60_000,
        },
      },
      {
        // Real containers: one file after another, because the engine and the two cores are shared.
        test: {
          name: 'docker',
          include: ['**/*.docker.test.ts'],
          exclude: ['node_modules/**', 'dist/**', 'results/runs/**'],
          execArgv: ['--import', 'tsx'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
