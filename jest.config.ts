/** @jest-config-loader esbuild-register */
import type { Config } from 'jest'

const config: Config = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: {
    '^gantry$': '<rootDir>/src/index.ts',
    '^gantry/machines$': '<rootDir>/machines/index.ts',
    '^gantry/testing$': '<rootDir>/src/testing.ts',
    '^gantry-xstate-inspect$': '<rootDir>/packages/xstate-inspect/src/index.ts',
    '^gantry/http$': '<rootDir>/src/http/index.ts',
    '^gantry/inspect$': '<rootDir>/src/inspect/index.ts',
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Tests of the development build have a separate configuration.
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '<rootDir>/test/development/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.tmp/'],
  testTimeout: 30_000,
}

export default config
