import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One copy of graphql: Node resolves it to CommonJS everywhere else, and two copies refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'node_modules/**'],
    // Apollo's suite imports folders, as bundlers let it and Node does not.
    server: { deps: { inline: ['@apollo/server-integration-testsuite'] } },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    retry: 0,
  },
});
