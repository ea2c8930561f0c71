/** @jest-config-loader esbuild-register */
import type { Config } from 'jest'
import base from './jest.config.ts'

/** The machines and sessions over XState's development build, which warns: what it says fails the test. */
const config: Config = {
  ...base,
  testEnvironmentOptions: { customExportConditions: ['development', 'node', 'node-addons'] },
  setupFilesAfterEnv: ['<rootDir>/test/development/warnings.ts'],
  testMatch: ['development', 'machines', 'session'].map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
  // Left out: they take long, and reach no part of the machines that the others do not.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', 'forecast-runs', 'stop-ten-thousand'],
}

export default config
